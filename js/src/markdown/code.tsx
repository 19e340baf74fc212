// A block of code or of plain output that scrolls inside itself and can be copied.
import { useSignal } from "@preact/signals";

interface CodeProps {
  readonly text: string;
  /** What it is, for people who hear the page: "python code". */
  readonly label: string;
  readonly language?: string | undefined;
}

export function Code({ text, label, language }: CodeProps) {
  return (
    <div class="nbc-code">
      <div class="nbc-code-bar">
        <span aria-hidden="true">{language}</span>
        <Copy text={text} />
      </div>
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>{text}</code>
      </pre>
    </div>
  );
}

function Copy({ text }: { text: string }) {
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
async function toClipboard(text: string): Promise<boolean> {
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
