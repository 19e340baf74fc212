// The way back to an answer: it is asked again, and what follows it goes another way.
import type { ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Move } from "../moves";
import type { AnswerItem } from "../protocol";

export interface Editing {
  /** Whether answers can be edited at all. */
  readonly isOffered: ReadonlySignal<boolean>;
  /** False while the kernel is gone. */
  readonly isReached: ReadonlySignal<boolean>;
  readonly move: ReadonlySignal<Move | null>;
  readonly edit: (item: AnswerItem) => void;
}

/** Handed down beside the props: an item is drawn again only when it is another one, and this is the same for all of them. */
export const EditingContext = createContext<Editing | null>(null);

/** `answerId` is the element with the answer: it tells one of these buttons from another. */
export function EditAnswer({ item, answerId }: { item: AnswerItem; answerId: string }) {
  const editing = useContext(EditingContext);
  if (!editing?.isOffered.value) return null;
  const move = editing.move.value;
  const isBusy = move?.kind === "rewind" && move.task_id === item.id;
  const canEdit = move === null && editing.isReached.value;
  return (
    <button
      type="button"
      class="nbc-tool nbc-edit"
      aria-label="Edit answer"
      aria-describedby={answerId}
      aria-busy={isBusy}
      aria-disabled={!canEdit}
      title="Edit answer"
      onClick={() => canEdit && editing.edit(item)}
    >
      {isBusy ? <span class="nbc-spinner" aria-hidden="true" /> : <Pencil />}
    </button>
  );
}

function Pencil() {
  return (
    <svg
      aria-hidden="true"
      width="15"
      height="15"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
    >
      <path d="m10.6 2.9 2.5 2.5-7.6 7.6-3.1.6.6-3.1zM9.1 4.4l2.5 2.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
