// What is on a canvas, by its kind.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { useChunk } from "../lazy";
import { Code } from "../markdown/code";
import { Markdown } from "../markdown/markdown";
import type { CanvasContent } from "../protocol";
import { Diagram } from "../show/diagram";
import { Picture, svgPicture } from "../show/picture";
import { Deck } from "./deck";
import { Frame } from "./frame";
import { paper } from "./look";

/** More is drawn when the reader says so. */
const HUGE = 1_000_000;
const MAX_COLOURED = 100_000;

interface BodyProps {
  readonly canvas: CanvasContent;
  readonly onWide?: (wide?: boolean) => void;
}

export function CanvasBody({ canvas, onWide = () => {} }: BodyProps) {
  const isWanted = useSignal(false);
  if (!canvas.content.trim()) return <p class="nbc-canvas-empty">Nothing is on this canvas.</p>;
  if (canvas.content.length > HUGE && !isWanted.value) {
    return (
      <p class="nbc-canvas-empty">
        This canvas is large: {(canvas.content.length / 1e6).toFixed(1)} million characters.{" "}
        <button type="button" class="nbc-link" onClick={() => (isWanted.value = true)}>
          Show it
        </button>
      </p>
    );
  }
  return <Drawn canvas={canvas} onWide={onWide} />;
}

function Drawn({ canvas, onWide }: Required<BodyProps>) {
  const { type, title, content } = canvas;
  switch (type) {
    case "text/markdown":
      return (
        <div class="nbc-page">
          <Markdown text={content} />
        </div>
      );
    case "image/svg+xml":
      return (
        <div class="nbc-sheet">
          <Picture source={svgPicture(content)} alt={title || "Drawing"} />
        </div>
      );
    case "text/html":
      return <Frame html={content} look={paper(title || "Document")} />;
    case "slides":
      return <Deck content={content} title={title || "Slides"} onWide={onWide} />;
    case "react":
      return <ReactApp canvas={canvas} />;
    case "mermaid":
      return (
        <div class="nbc-sheet">
          <Diagram source={content} />
        </div>
      );
    default:
      return <Source canvas={canvas} />;
  }
}

const LANGUAGES: Record<string, string> = {
  "text/markdown": "markdown",
  "text/html": "html",
  "image/svg+xml": "xml",
  react: "tsx",
  slides: "markdown",
};

/** What a canvas is made of, as it was written. */
export function Source({ canvas }: { canvas: CanvasContent }) {
  const language = canvas.type === "code" ? (canvas.language ?? undefined) : (LANGUAGES[canvas.type] ?? canvas.type);
  return (
    <Code
      text={canvas.content}
      language={language}
      label={language ? `${language} code` : "Code"}
      maxColoured={MAX_COLOURED}
    />
  );
}

function ReactApp({ canvas }: { canvas: CanvasContent }) {
  const { chunk, failure, box } = useChunk("react");
  const made = useMemo(() => chunk && compiled(() => chunk.reactDocument(canvas.content)), [chunk, canvas.content]);
  return (
    <div ref={box}>
      {!made && <p class="nbc-canvas-empty">{failure ? `It cannot be drawn. ${failure}` : "Loading…"}</p>}
      {made?.problem && (
        <>
          <div class="nbc-frame-error">
            <strong>This is not valid JSX</strong>
            <p>{made.problem}</p>
          </div>
          <Source canvas={canvas} />
        </>
      )}
      {made?.html && <Frame html={made.html} look={paper(canvas.title || "App")} />}
    </div>
  );
}

function compiled(make: () => string): { html: string; problem: string } {
  try {
    return { html: make(), problem: "" };
  } catch (error) {
    return { html: "", problem: error instanceof Error ? error.message : String(error) };
  }
}
