// A block of code or of plain output that scrolls inside itself and can be copied.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { useChunk } from "../lazy";

/** Longer code stays in one colour: while it streams, all of it is coloured again with every word. */
const MAX_COLOURED = 20_000;

interface CodeProps {
  readonly text: string;
  /** What it is, for people who hear the page: "python code". */
  readonly label: string;
  readonly language?: string | undefined;
  readonly maxColoured?: number;
}

export function Code({ text, label, language, maxColoured = MAX_COLOURED }: CodeProps) {
  const isColoured = Boolean(language) && text.length <= maxColoured;
  const { chunk, box } = useChunk("highlight", isColoured);
  const coloured = useMemo(
    () => (chunk && language && isColoured ? chunk.highlighted(text, language.toLowerCase()) : null),
    [chunk, text, language, isColoured],
  );
  return (
    <div ref={box} class="nbc-code">
      <div class="nbc-code-bar">
        <span aria-hidden="true">{language}</span>
        <Copy text={text} />
      </div>
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>{coloured ?? text}</code>
      </pre>
    </div>
  );
}

export function Copy({ text }: { text: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    copied.value = await toClipboard(text);
    setTimeout(() => {
      copied.value = false;
    }, 1500);
  };
  return (
    <button type="button" class="nbc-copy" onClick={copy}>
      {copied.value ? "Copied" : "Copy"}
    </button>
  );
}

/** The clipboard API exists on secure pages only; `execCommand` is the way that works on plain http. */
export async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = document.activeElement;
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return done;
  }
}
