// Which way a conversation went, after somebody went back to an answer, and the way to the others.
import type { Branch } from "./protocol";

interface BranchesProps {
  readonly branch: Branch;
  /** False while the kernel is gone or goes to another view already. */
  readonly enabled: boolean;
  readonly onShow: (index: number) => void;
}

export function Branches({ branch: { index, count }, enabled, onShow }: BranchesProps) {
  return (
    <span class="nbc-branches" role="group" aria-label={`Branch ${index} of ${count}`}>
      <Step
        name="Previous branch"
        path="M10 3.5 5.5 8l4.5 4.5"
        enabled={enabled && index > 1}
        onClick={() => onShow(index - 1)}
      />
      <span aria-live="polite">
        {index}/{count}
      </span>
      <Step
        name="Next branch"
        path="M6 3.5 10.5 8 6 12.5"
        enabled={enabled && index < count}
        onClick={() => onShow(index + 1)}
      />
    </span>
  );
}

interface StepProps {
  readonly name: string;
  readonly path: string;
  readonly enabled: boolean;
  readonly onClick: () => void;
}

function Step({ name, path, enabled, onClick }: StepProps) {
  return (
    <button
      type="button"
      class="nbc-tool"
      aria-label={name}
      aria-disabled={!enabled}
      title={name}
      onClick={() => enabled && onClick()}
    >
      <svg
        aria-hidden="true"
        width="14"
        height="14"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
      >
        <path d={path} stroke-linecap="round" stroke-linejoin="round" />
      </svg>
    </button>
  );
}
