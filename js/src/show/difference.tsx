// What stood there and what stands there now, line by line.
import { diffLines } from "diff";

type Kind = "same" | "added" | "removed";

interface Line {
  readonly kind: Kind;
  readonly text: string;
}

const SIGNS: Record<Kind, string> = { same: " ", added: "+", removed: "−" };
const WORDS: Record<Kind, string> = { same: "", added: "added: ", removed: "removed: " };
/** More is folded away; comparing more than this costs more than it shows. */
const MANY_LINES = 24;
const MAX_CHARACTERS = 200_000;

interface DifferenceProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
  /** Shown whole, however long. */
  readonly open?: boolean;
}

export function Difference({ before, after, label, open = false }: DifferenceProps) {
  const lines = compared(before, after);
  const table = (
    <pre class="nbc-diff" tabIndex={0} role="group" aria-label={label}>
      {lines.map((line, index) => (
        <span key={index} class={`nbc-diff-${line.kind}`}>
          <span aria-hidden="true">{SIGNS[line.kind]} </span>
          {WORDS[line.kind] && <span class="nbc-unseen">{WORDS[line.kind]}</span>}
          {line.text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
  if (open || lines.length <= MANY_LINES) return table;
  return (
    <details class="nbc-fold">
      <summary>{lines.length} lines</summary>
      {table}
    </details>
  );
}

export function compared(before: string, after: string): Line[] {
  if (before.length + after.length > MAX_CHARACTERS) {
    return [...linesOf("removed", before), ...linesOf("added", after)];
  }
  return diffLines(withEnd(before), withEnd(after)).flatMap((part) =>
    linesOf(part.added ? "added" : part.removed ? "removed" : "same", part.value),
  );
}

/** Without it, a last line that only lacks its end would count as changed. */
const withEnd = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

function linesOf(kind: Kind, text: string): Line[] {
  if (text === "") return [];
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => ({ kind, text: line }));
}
