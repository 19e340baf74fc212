// The tools of a canvas.
import { useSignal } from "@preact/signals";
import { toClipboard } from "../markdown/code";
import type { CanvasContent } from "../protocol";
import { Sign, Tool, TRAY } from "../tool";
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
        <CanvasTool name="Changes" sign="changes" pressed={side === "changes"} onPress={() => onSide("changes")} />
      )}
      {isDrawn(canvas.type) && (
        <CanvasTool name="Source" sign="source" pressed={side === "source"} onPress={() => onSide("source")} />
      )}
      <CanvasTool name={copied.value ? "Copied" : "Copy"} sign={copied.value ? "done" : "copy"} onPress={copy} />
      <CanvasTool name="Download" sign="download" onPress={() => download(canvas)} />
      <CanvasTool name={isWide ? "Close" : "Full view"} sign={isWide ? "close" : "wide"} onPress={onWide} />
    </span>
  );
}

const SIGNS = {
  changes: "M3 4.5h6M3 11.5h10M11 2.5v4M9 4.5h4",
  source: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  copy: "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z",
  done: "m3 8.5 3.2 3.2L13 5",
  download: TRAY,
  wide: "M9.5 2.5h4v4M13.2 2.8 9 7M6.5 13.5h-4v-4M2.8 13.2 7 9",
  close: "m4 4 8 8M12 4l-8 8",
};

interface CanvasToolProps {
  readonly name: string;
  readonly sign: keyof typeof SIGNS;
  readonly pressed?: boolean;
  readonly onPress: () => void;
}

function CanvasTool({ sign, ...props }: CanvasToolProps) {
  return (
    <Tool {...props}>
      <Sign path={SIGNS[sign]} />
    </Tool>
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
