// The way back to an answer: it is asked again, and what follows it goes another way.
import type { ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Move } from "../moves";
import type { AnswerItem } from "../protocol";
import { Sign, Tool } from "../tool";

const PENCIL = "m10.6 2.9 2.5 2.5-7.6 7.6-3.1.6.6-3.1zM9.1 4.4l2.5 2.5";

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
    <Tool
      name="Edit answer"
      look="nbc-edit"
      describedBy={answerId}
      enabled={canEdit}
      busy={isBusy}
      onPress={() => editing.edit(item)}
    >
      <Sign path={PENCIL} />
    </Tool>
  );
}
