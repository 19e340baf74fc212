// Which way a conversation went, after somebody went back to an answer, and the way to the others.
import type { Branch } from "./protocol";
import { Sign, Tool } from "./tool";

interface BranchesProps {
  readonly branch: Branch;
  /** False while the kernel is gone or goes to another view already. */
  readonly enabled: boolean;
  readonly onShow: (index: number) => void;
}

export function Branches({ branch: { index, count }, enabled, onShow }: BranchesProps) {
  return (
    <span class="nbc-branches" role="group" aria-label={`Branch ${index} of ${count}`}>
      <Tool name="Previous branch" enabled={enabled && index > 1} onPress={() => onShow(index - 1)}>
        <Sign path="M10 3.5 5.5 8l4.5 4.5" size={14} width={1.8} />
      </Tool>
      <span aria-live="polite">
        {index}/{count}
      </span>
      <Tool name="Next branch" enabled={enabled && index < count} onPress={() => onShow(index + 1)}>
        <Sign path="M6 3.5 10.5 8 6 12.5" size={14} width={1.8} />
      </Tool>
    </span>
  );
}
