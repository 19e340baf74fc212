// A frame for content that may run, as tall as what is in it, with what went wrong in there below it.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { safeLink } from "../markdown/links";
import { type Look, likePage, useDark } from "./look";
import { KEYS, sandboxed } from "./sandbox";

const MIN_PX = 24;
const MAX_PX = 640;
const MAX_TEXT = 300;
/** So many errors, and so many refused addresses, are shown. */
const MAX_NOTES = 4;

interface FrameProps {
  /** HTML, from anybody. */
  readonly html: string;
  readonly look: Look;
  readonly onKey?: ((key: string) => void) | undefined;
}

export function Frame({ html, look, onKey }: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const height = useSignal(0);
  const errors = useSignal<readonly string[]>([]);
  const refused = useSignal<readonly string[]>([]);
  const link = useSignal<string | null>(null);
  const key = useRef(onKey);
  key.current = onKey;
  const source = useMemo(() => sandboxed(html, look), [html, look.title, look.scheme, look.ground]);

  useEffect(() => {
    errors.value = [];
    refused.value = [];
    link.value = null;
    const onMessage = (event: MessageEvent) => {
      if (!frame.current || event.source !== frame.current.contentWindow) return;
      const message = (typeof event.data === "object" && event.data !== null ? event.data : {}) as Record<
        string,
        unknown
      >;
      if (typeof message.height === "number" && message.height > 0) height.value = Math.min(message.height, MAX_PX);
      if (typeof message.error === "string") errors.value = noted(errors.peek(), message.error);
      if (typeof message.refused === "string") refused.value = noted(refused.peek(), message.refused);
      if (typeof message.link === "string") link.value = safeLink(message.link.slice(0, 2000));
      if (typeof message.key === "string" && KEYS.includes(message.key)) key.current?.(message.key);
    };
    addEventListener("message", onMessage);
    return () => removeEventListener("message", onMessage);
  }, [source]);

  return (
    <>
      <iframe
        ref={frame}
        class="nbc-sandbox"
        sandbox="allow-scripts"
        referrerpolicy="no-referrer"
        title={look.title}
        srcdoc={source}
        style={{ "--nbc-height": `${Math.max(height.value, MIN_PX)}px` }}
      />
      <div class="nbc-frame-notes" aria-live="polite">
        {link.value && (
          <p>
            It links to{" "}
            <a href={link.value} target="_blank" rel="noopener noreferrer">
              {link.value}
            </a>
          </p>
        )}
        {errors.value.length > 0 && (
          <div class="nbc-frame-error">
            <strong>{errors.value.length === 1 ? "An error in it" : "Errors in it"}</strong>
            {errors.value.map((text) => (
              <p key={text}>{text}</p>
            ))}
          </div>
        )}
        {refused.value.length > 0 && (
          <p class="nbc-muted">Canvases have no network. Not loaded: {refused.value.join(", ")}</p>
        )}
      </div>
    </>
  );
}

/** Each text once, the first few of them. */
function noted(known: readonly string[], text: string): readonly string[] {
  const short = text.slice(0, MAX_TEXT);
  return known.includes(short) || known.length >= MAX_NOTES ? known : [...known, short];
}

/** HTML among other output: it looks like the page around it. */
export function DisplayFrame({ html, title }: { html: string; title: string }) {
  const look = likePage(title, useDark());
  return (
    <div class="nbc-output-frame">
      <Frame html={html} look={look} />
    </div>
  );
}
