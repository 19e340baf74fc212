// What the kernel says about an answer, next to where it was given.
import { useLayoutEffect } from "preact/hooks";
import type { FieldError } from "../protocol";
import type { ReplyState } from "../replies";

export const isUnderWay = (reply: ReplyState | undefined): boolean => reply !== undefined && reply.phase !== "refused";
export const isRefused = (reply: ReplyState | undefined): boolean => reply?.phase === "refused";

interface FeedbackProps {
  /** The id the ask's control is described by. */
  readonly id: string;
  readonly reply: ReplyState | undefined;
  readonly onRefused: () => void;
  /** Whether the place of each error in the answer means something to the person. */
  readonly withPaths?: boolean;
}

export function Feedback({ id, reply, onRefused, withPaths = false }: FeedbackProps) {
  useLayoutEffect(() => {
    if (reply?.phase === "refused") onRefused();
  }, [reply]);
  return (
    <div id={id} class="nbc-feedback" aria-live="polite">
      {reply?.phase === "queued" && <p class="nbc-queued">Kernel is busy. Your answer is queued.</p>}
      {reply?.phase === "refused" && <Refusal message={reply.message} errors={reply.errors} withPaths={withPaths} />}
    </div>
  );
}

interface RefusalProps {
  readonly message: string;
  readonly errors: readonly FieldError[];
  readonly withPaths: boolean;
}

function Refusal({ message, errors, withPaths }: RefusalProps) {
  const lines = errors.map((error) => {
    const place = withPaths ? error.path.join(" › ") : "";
    return place ? `${place}: ${error.message}` : error.message;
  });
  const more = lines.filter((line) => line !== message);
  return (
    <div class="nbc-refusal">
      <p>{message || (more.length === 0 ? "This answer was not accepted." : "")}</p>
      {more.length > 0 && (
        <ul>
          {more.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
