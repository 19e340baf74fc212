// Formulas in Markdown: `$..$` by pandoc's rules, `$$..$$`, `\(..\)` and `\[..\]`. The drawing is a chunk; until it is here, and
// where it cannot understand a formula, the source is shown.
import type { TokenizerAndRendererExtension, Tokens } from "marked";
import { useMemo } from "preact/hooks";
import { useChunk } from "../lazy";

export interface MathToken extends Tokens.Generic {
  type: "math";
  text: string;
  isBlock: boolean;
}

/** More in one text stay as they were written: each costs about a millisecond. */
const MAX_FORMULAS = 300;
const MAX_SOURCE = 5_000;
let counted = 0;

/** Before each text: the lexer takes one at a time. */
export function startCounting(): void {
  counted = 0;
}

// None of these looks further than the next opening of its own kind, so that a text of nothing but dollars costs no more.
const BLOCKS = [/^\$\$((?:\\[\s\S]|\$(?!\$)|[^\\$])+)\$\$/, /^\\\[((?:(?!\\[[\]])[\s\S])+)\\\]/];
const INLINES = [/^\$(?![\s$])((?:\\[\s\S]|[^\\$])*(?:\\\S|[^\\$\s]))\$(?!\d)/, /^\\\(((?:(?!\\[()])[\s\S])+)\\\)/];

function found(source: string, patterns: readonly RegExp[], isBlock: boolean): MathToken | undefined {
  if (counted >= MAX_FORMULAS) return undefined;
  const match = patterns.map((pattern) => pattern.exec(source)).find(Boolean);
  const text = match?.[1]?.trim();
  if (!match || !text || text.length > MAX_SOURCE) return undefined;
  counted += 1;
  return { type: "math", raw: match[0], text, isBlock };
}

export const mathExtensions: TokenizerAndRendererExtension[] = [
  {
    name: "math",
    level: "inline",
    start: (source) => {
      const index = source.search(/\$|\\[([]/);
      return index < 0 ? undefined : index;
    },
    tokenizer: (source) => found(source, BLOCKS, true) ?? found(source, INLINES, false),
  },
];

export function Formula({ source, isBlock }: { source: string; isBlock: boolean }) {
  const { chunk, box } = useChunk("math");
  const drawn = useMemo(() => chunk?.mathml(source, isBlock), [chunk, source, isBlock]);
  return (
    <span
      ref={box}
      class={isBlock ? "nbc-math nbc-math-block" : "nbc-math"}
      {...(isBlock && { tabIndex: 0, role: "group", "aria-label": "Formula" })}
    >
      {drawn ?? <code>{source}</code>}
    </span>
  );
}
