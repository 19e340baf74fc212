// Values as a person can read them: a scalar plainly, anything else as indented JSON that can be folded away.

/** More than this is cut: the value itself is in Python. */
const MAX_CHARACTERS = 50_000;

export function pretty(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? String(value);
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}\n…` : text;
}

export const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

interface FoldedJsonProps {
  readonly summary: string;
  readonly value: unknown;
  readonly open?: boolean;
}

export function FoldedJson({ summary, value, open = false }: FoldedJsonProps) {
  return (
    <details class="nbc-fold" open={open}>
      <summary>{summary}</summary>
      <Scrolled text={pretty(value)} label={summary} />
    </details>
  );
}

/** Preformatted text that scrolls inside itself. */
export function Scrolled({ text, label }: { text: string; label: string }) {
  return (
    <pre class="nbc-pre" tabIndex={0} role="group" aria-label={label}>
      {text}
    </pre>
  );
}
