// A canvas in the conversation: what is on it, and what can be done with it. Where it was sent again further down, an earlier
// place of it is one line.
import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useElementId } from "../ids";
import type { CanvasContent, CanvasResource } from "../protocol";
import { Difference } from "../show/difference";
import { CanvasBody, Source } from "./body";
import { nameOfKind } from "./kinds";
import { CanvasTools } from "./tools";
import { useVersions, type Version } from "./versions";
import { useWide } from "./wide";

interface CanvasProps {
  readonly resource: CanvasResource;
  /** Where this is: the id of the message, and the number of the chunk in there. */
  readonly item: string;
  readonly chunk: number;
}

export function CanvasView({ resource, item, chunk }: CanvasProps) {
  const versions = useVersions(resource.uri);
  const here = versions.findIndex((version) => version.item === item && version.chunk === chunk);
  const isEarlier = here >= 0 && versions.slice(here + 1).some((version) => !version.isEdited);
  const isOpened = useSignal(false);
  if (isEarlier && !isOpened.value) {
    return (
      <button type="button" class="nbc-canvas-earlier" onClick={() => (isOpened.value = true)}>
        <span class="nbc-canvas-title">{resource.canvas.title || "Canvas"}</span>
        <span class="nbc-muted">
          Version {here + 1} of {versions.length}
        </span>
      </button>
    );
  }
  const all = here >= 0 ? versions : [{ canvas: resource.canvas, isEdited: false, item, chunk }];
  return <CanvasCard versions={all} here={Math.max(here, 0)} />;
}

export type Side = "drawn" | "source" | "changes";

function CanvasCard({ versions, here }: { versions: readonly Version[]; here: number }) {
  const box = useRef<HTMLDivElement>(null);
  const titleId = useElementId();
  const { isWide, setWide } = useWide(box);
  const picked = useSignal<number | null>(null);
  const side = useSignal<Side>("drawn");
  const index = Math.min(picked.value ?? here, versions.length - 1);
  const { canvas } = versions[index] as Version;
  const before = versions[index - 1]?.canvas;
  const shown = useComputed(() => side.value).value;
  return (
    <div
      ref={box}
      popover="manual"
      class={`nbc-canvas nbc-canvas-${nameOfKind(canvas.type).toLowerCase()}`}
      {...(isWide ? { role: "dialog", "aria-modal": true } : { role: "group" })}
      {...{ "aria-labelledby": titleId }}
    >
      <header class="nbc-canvas-head">
        <span id={titleId} class="nbc-canvas-title">
          {canvas.title || "Canvas"}
        </span>
        <span class="nbc-canvas-kind">
          {canvas.type === "code" && canvas.language ? canvas.language : nameOfKind(canvas.type)}
        </span>
        {versions.length > 1 && (
          <select
            aria-label="Version"
            value={String(index)}
            onChange={(event) => {
              picked.value = Number(event.currentTarget.value);
            }}
          >
            {versions.map((version, number) => (
              <option key={number} value={String(number)}>
                Version {number + 1}
                {version.isEdited ? ", edited" : ""}
              </option>
            ))}
          </select>
        )}
        <CanvasTools
          canvas={canvas}
          side={shown}
          canCompare={before !== undefined}
          onSide={(wanted) => {
            side.value = side.peek() === wanted ? "drawn" : wanted;
          }}
          isWide={isWide}
          onWide={() => setWide(!isWide)}
        />
      </header>
      <div class="nbc-canvas-body">
        <CanvasSide canvas={canvas} before={before} side={shown} onWide={(wide) => setWide(wide ?? !isWide)} />
      </div>
    </div>
  );
}

interface SideProps {
  readonly canvas: CanvasContent;
  readonly before: CanvasContent | undefined;
  readonly side: Side;
  readonly onWide: (wide?: boolean) => void;
}

function CanvasSide({ canvas, before, side, onWide }: SideProps) {
  if (side === "source") return <Source canvas={canvas} />;
  if (side === "changes" && before) {
    return <Difference before={before.content} after={canvas.content} label="Changes since the version before" open />;
  }
  return <CanvasBody canvas={canvas} onWide={onWide} />;
}
