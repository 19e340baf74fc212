// The tools of a canvas.
import { useSignal } from "@preact/signals";
import { toClipboard } from "../markdown/code";
import type { CanvasContent } from "../protocol";
import type { Side } from "./canvas";
import { fileName, isDrawn } from "./kinds";

interface ToolsProps {
  readonly canvas: CanvasContent;
  readonly side: Side;
  /** Whether there is a version before this one. */
  readonly canCompare: boolean;
  readonly onSide: (side: Side) => void;
  readonly isWide: boolean;
  readonly onWide: () => void;
}

export function CanvasTools({ canvas, side, canCompare, onSide, isWide, onWide }: ToolsProps) {
  const copied = useSignal(false);
  const copy = async () => {
    copied.value = await toClipboard(canvas.content);
    setTimeout(() => {
      copied.value = false;
    }, 1500);
  };
  return (
    <span class="nbc-canvas-tools" role="toolbar" aria-label="Canvas">
      {canCompare && (
        <Tool label="Changes" sign="changes" pressed={side === "changes"} onPress={() => onSide("changes")} />
      )}
      {isDrawn(canvas.type) && (
        <Tool label="Source" sign="source" pressed={side === "source"} onPress={() => onSide("source")} />
      )}
      <Tool label={copied.value ? "Copied" : "Copy"} sign={copied.value ? "done" : "copy"} onPress={copy} />
      <Tool label="Download" sign="download" onPress={() => download(canvas)} />
      <Tool label={isWide ? "Close" : "Full view"} sign={isWide ? "close" : "wide"} onPress={onWide} />
    </span>
  );
}

const SIGNS = {
  changes: "M3 4.5h6M3 11.5h10M11 2.5v4M9 4.5h4",
  source: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  copy: "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z",
  done: "m3 8.5 3.2 3.2L13 5",
  download: "M8 2.2v7.6M4.9 6.9 8 10l3.1-3.1M2.6 10.4v2.1c0 .6.5 1.1 1.1 1.1h8.6c.6 0 1.1-.5 1.1-1.1v-2.1",
  wide: "M9.5 2.5h4v4M13.2 2.8 9 7M6.5 13.5h-4v-4M2.8 13.2 7 9",
  close: "m4 4 8 8M12 4l-8 8",
};

function Tool(props: { label: string; sign: keyof typeof SIGNS; pressed?: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      class="nbc-tool"
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      onClick={props.onPress}
    >
      <svg
        aria-hidden="true"
        width="15"
        height="15"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        stroke-width="1.4"
      >
        <path d={SIGNS[props.sign]} stroke-linecap="round" stroke-linejoin="round" />
      </svg>
    </button>
  );
}

/** As bytes that no browser opens by itself: a page among them would be a page of this server. */
function download(canvas: CanvasContent): void {
  const url = URL.createObjectURL(new Blob([canvas.content], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(canvas);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
