// The kinds of canvases, for people and for file systems.
import type { CanvasContent } from "../protocol";

const KINDS: Record<string, { readonly name: string; readonly ending: string }> = {
  "text/markdown": { name: "Document", ending: "md" },
  "text/html": { name: "Page", ending: "html" },
  "image/svg+xml": { name: "Drawing", ending: "svg" },
  slides: { name: "Slides", ending: "md" },
  react: { name: "App", ending: "jsx" },
  code: { name: "Code", ending: "txt" },
  mermaid: { name: "Diagram", ending: "mmd" },
};
const ENDINGS: Record<string, string> = {
  python: "py",
  javascript: "js",
  typescript: "ts",
  json: "json",
  html: "html",
  css: "css",
  sql: "sql",
  bash: "sh",
  yaml: "yaml",
  markdown: "md",
};

export const nameOfKind = (type: string): string => KINDS[type]?.name ?? "Canvas";

/** Whether what is drawn differs from the source. */
export const isDrawn = (type: string): boolean => type !== "code" && type in KINDS;

/** A name to save it under: of its title, letters and digits only, so that nothing in it means anything to a file system. */
export function fileName({ type, title, content, language }: CanvasContent): string {
  const stem = title
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80);
  const isHtml = type === "slides" && /^\s*</.test(content);
  const ending =
    type === "code" ? (ENDINGS[language?.toLowerCase() ?? ""] ?? "txt") : isHtml ? "html" : KINDS[type]?.ending;
  return `${stem || "canvas"}.${ending ?? "txt"}`;
}
