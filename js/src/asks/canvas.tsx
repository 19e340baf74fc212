// An ask to edit a canvas. The editor comes with a chunk of its own; until it is here the ask keeps the place of the focus.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useChunk } from "../lazy";
import type { AskProps } from "./asks";
import { FormAsk } from "./form";

export function CanvasAsk(props: AskProps) {
  const { chunk, failure, box } = useChunk("editor", props.enabled);
  const place = useRef<HTMLParagraphElement>(null);
  const wasFocused = useRef(false);
  if (place.current) wasFocused.current = place.current === document.activeElement;
  useLayoutEffect(() => {
    if (chunk && wasFocused.current) box.current?.querySelector<HTMLElement>("[data-control]")?.focus();
    wasFocused.current = false;
  }, [chunk]);
  const { canvas } = props.ask;
  if (!canvas) return <FormAsk {...props} />; // an older kernel
  return (
    <div ref={box} class="nbc-canvas-ask">
      {chunk ? (
        <chunk.CanvasEditor {...props} canvas={canvas} />
      ) : (
        <p ref={place} class="nbc-muted" aria-live="polite" tabIndex={-1} data-control>
          {failure ? `The editor cannot be drawn. ${failure}` : "Loading the editor…"}
        </p>
      )}
    </div>
  );
}
