// Says that a run was taken up again after a restart, and offers to begin anew instead.
import type { Move } from "./moves";

export function Resumed({ move, onStartOver }: { move: Move | null; onStartOver: () => void }) {
  return (
    <div class="nbc-resumed">
      <span role="status">Resumed where it waited</span>
      <button
        type="button"
        class="nbc-start-over"
        aria-busy={move?.kind === "start_over"}
        aria-disabled={move !== null}
        onClick={onStartOver}
      >
        Start over
      </button>
    </div>
  );
}
