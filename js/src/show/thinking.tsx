// What a model thought on the way, folded away.
import { Markdown } from "../markdown/markdown";
import type { ThinkingPart } from "../protocol";

export function Thinking({ parts, isGoingOn }: { parts: readonly ThinkingPart[]; isGoingOn: boolean }) {
  const text = parts.map((part) => (typeof part?.text === "string" ? part.text : "")).join("");
  if (!text.trim() && !isGoingOn) return null;
  return (
    <details class="nbc-fold nbc-thinking">
      <summary>{isGoingOn ? "Thinking…" : "Thoughts"}</summary>
      <div class="nbc-thought">
        <Markdown text={text} />
      </div>
    </details>
  );
}
