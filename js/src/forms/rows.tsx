// An answered form: what was asked and what was entered, as a list to read.
import type { AnswerRow } from "../protocol";

export function AnswerRows({ rows }: { rows: readonly AnswerRow[] }) {
  return (
    <dl class="nbc-answer-rows">
      {rows.map(({ label, text }, index) => (
        <div key={index}>
          <dt>{label}</dt>
          <dd class={text ? undefined : "nbc-muted"}>{text || "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
