// Files: chosen or dropped, sent to the kernel at once, listed with what has become of them.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { UploadedFile } from "../protocol";
import { type ControlProps, useForm } from "./control";
import { filesOf, type StoredFile } from "./entry";
import { afterDrawing, focusFirst } from "./focus";
import { Row } from "./row";
import { fileSize } from "./upload";

interface Sending {
  readonly id: number;
  readonly file: File;
  readonly sent: number;
  readonly failure: string | null;
  readonly abort: AbortController;
}

/** The files of this field that are on their way, or did not arrive. */
function useSending({ field, place }: ControlProps) {
  const { state, upload } = useForm();
  const sending = useSignal<readonly Sending[]>([]);
  const count = useRef(0);
  const isMultiple = field.kind === "files";

  const set = (next: readonly Sending[]) => {
    sending.value = next;
    state.uploading(place, next.filter(({ failure }) => failure === null).length);
  };
  const update = (id: number, part: Partial<Sending>) =>
    set(sending.peek().map((each) => (each.id === id ? { ...each, ...part } : each)));
  const forget = (id: number) => set(sending.peek().filter((each) => each.id !== id));
  const stored = (file: UploadedFile) =>
    state.change(place, (now) => (isMultiple ? [...filesOf(now), file] : [file satisfies StoredFile]));

  const send = async (file: File) => {
    const abort = new AbortController();
    const id = count.current++;
    if (!isMultiple) for (const each of sending.peek()) each.abort.abort();
    const tooLarge = field.max_bytes !== undefined && file.size > field.max_bytes;
    const failure = tooLarge ? `It is larger than ${fileSize(field.max_bytes ?? 0)}.` : null;
    set([...(isMultiple ? sending.peek() : []), { id, file, sent: 0, failure, abort }]);
    if (failure) return;
    try {
      const onProgress = (sent: number) => update(id, { sent });
      const done = await upload(file, { path: place.path, signal: abort.signal, onProgress });
      if (abort.signal.aborted) return;
      stored(done);
      forget(id);
    } catch (error) {
      if (abort.signal.aborted) forget(id);
      else update(id, { failure: error instanceof Error ? error.message : String(error) });
    }
  };
  const cancel = ({ id, abort }: Sending) => {
    abort.abort();
    forget(id);
  };
  useEffect(
    () => () => {
      for (const { abort } of sending.peek()) abort.abort();
      state.uploading(place, 0); // the form does not wait for a field that is gone
    },
    [],
  );
  return { sending: sending.value, send, cancel };
}

export function FileControl(props: ControlProps) {
  const { field, entry, place } = props;
  const { state } = useForm();
  const { sending, send, cancel } = useSending(props);
  const isOver = useSignal(false);
  const files = filesOf(entry);
  const isMultiple = field.kind === "files";

  const take = (list: FileList | null | undefined) => {
    for (const file of [...(list ?? [])].slice(0, isMultiple ? undefined : 1)) send(file);
  };
  const remove = (file: StoredFile, button: HTMLElement) => {
    const row = button.closest<HTMLElement>(".nbc-field");
    state.change(place, (now) => filesOf(now).filter((each) => each !== file));
    afterDrawing(() => focusFirst(row));
  };
  const onDrag = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // or the browser opens the file, and the notebook uploads it
    event.stopPropagation();
    isOver.value = event.type === "dragover" || event.type === "dragenter";
    if (event.type === "drop") take(event.dataTransfer.files);
  };
  return (
    <Row field={field} place={place} hint={limitsOf(field)}>
      {(attributes) => (
        <div class="nbc-files">
          {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way, the button in it is for everybody */}
          <div
            class={`nbc-drop${isOver.value ? " nbc-is-over" : ""}`}
            onDragEnter={onDrag}
            onDragOver={onDrag}
            onDragLeave={onDrag}
            onDrop={onDrag}
          >
            <input
              {...attributes}
              class="nbc-file-input"
              type="file"
              multiple={isMultiple}
              accept={field.accept}
              onChange={({ currentTarget }) => {
                take(currentTarget.files);
                currentTarget.value = ""; // the same file may be chosen again
              }}
            />
            <span class="nbc-muted" aria-hidden="true">
              or drop {isMultiple ? "them" : "it"} here
            </span>
          </div>
          {(files.length > 0 || sending.length > 0) && (
            <ul class="nbc-file-list">
              {files.map((file, index) => (
                <li key={index} class="nbc-file">
                  <span class="nbc-file-name">{file.filename}</span>
                  {file.size !== null && <span class="nbc-muted">{fileSize(file.size)}</span>}
                  <button
                    type="button"
                    class="nbc-small-button"
                    aria-label={`Remove ${file.filename}`}
                    onClick={({ currentTarget }) => remove(file, currentTarget)}
                  >
                    Remove
                  </button>
                </li>
              ))}
              {sending.map((each) => (
                <SendingFile key={each.id} sending={each} onCancel={() => cancel(each)} />
              ))}
            </ul>
          )}
        </div>
      )}
    </Row>
  );
}

function limitsOf({ accept, max_bytes: max }: ControlProps["field"]): string {
  return [accept?.replaceAll(",", ", "), max !== undefined && `at most ${fileSize(max)}`].filter(Boolean).join(" · ");
}

function SendingFile({ sending, onCancel }: { sending: Sending; onCancel: () => void }) {
  const { file, sent, failure } = sending;
  return (
    <li class={`nbc-file${failure ? " nbc-is-failed" : ""}`}>
      <span class="nbc-file-name">{file.name}</span>
      {failure === null ? (
        <>
          <progress max={Math.max(file.size, 1)} value={sent} aria-label={`${file.name} is sent`} />
          <span class="nbc-muted">{fileSize(file.size)}</span>
        </>
      ) : (
        <span class="nbc-field-error" role="alert">
          {failure}
        </span>
      )}
      <button
        type="button"
        class="nbc-small-button"
        aria-label={`${failure === null ? "Cancel" : "Remove"} ${file.name}`}
        onClick={onCancel}
      >
        {failure === null ? "Cancel" : "Remove"}
      </button>
    </li>
  );
}
