// What IPython would display: representations by mime type, of which the richest that is understood here is drawn.
import { DisplayFrame } from "../canvas/frame";
import { Scrolled } from "../items/json";
import { Code } from "../markdown/code";
import { Markdown } from "../markdown/markdown";
import { Diagram } from "./diagram";
import { Picture, svgPicture } from "./picture";
import { Tree } from "./tree";

type Bundle = Record<string, unknown>;

const PIXELS = ["image/png", "image/jpeg", "image/webp", "image/gif"];

export function Display({ bundle }: { bundle: Bundle }) {
  const text = (mime: string) => textOf(bundle[mime]);
  const plain = text("text/plain");
  const svg = text("image/svg+xml");
  if (svg) return <Picture source={svgPicture(svg)} alt={plain || "Drawing"} />;
  const pixels = PIXELS.find((mime) => text(mime));
  if (pixels)
    return <Picture source={`data:${pixels};base64,${text(pixels)?.replace(/\s/g, "")}`} alt={plain || "Picture"} />;
  const html = text("text/html");
  if (html) return <DisplayFrame html={html} title={plain?.slice(0, 80) || "Output"} />;
  const markdown = text("text/markdown");
  if (markdown) return <Markdown text={markdown} />;
  const latex = text("text/latex");
  if (latex) return <Markdown text={latex.includes("$") ? latex : `$$${latex}$$`} />;
  const mermaid = text("text/vnd.mermaid");
  if (mermaid) return <Diagram source={mermaid} />;
  if ("application/json" in bundle) return <Tree name="JSON" value={bundle["application/json"]} open />;
  if (plain?.includes("\n")) return <Scrolled text={plain} label="Output" />;
  if (plain) return <div class="nbc-value">{plain}</div>;
  const code = text("application/javascript");
  if (code) return <Code text={code} language="javascript" label="javascript code, not run" />;
  return <Tree name={Object.keys(bundle)[0] ?? "Nothing to display"} value={bundle} />;
}

/** Notebooks write long texts as lists of lines. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value || null;
  return Array.isArray(value) && value.every((line) => typeof line === "string") ? value.join("") : null;
}
