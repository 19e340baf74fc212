// The languages of canvases, for the editor: small stream modes, and Markdown.
import {
  defineLanguageFacet,
  HighlightStyle,
  Language,
  StreamLanguage,
  syntaxHighlighting,
} from "@codemirror/language";
import { javascript, json, typescript } from "@codemirror/legacy-modes/mode/javascript";
import { python } from "@codemirror/legacy-modes/mode/python";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { html, xml } from "@codemirror/legacy-modes/mode/xml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";
import type { CanvasContent } from "../protocol";

const MODES = { javascript, json, typescript, python, bash: shell, html, xml, yaml };

export function languageOf({ type, language }: CanvasContent): Extension {
  if (type === "text/markdown" || type === "slides" || language === "markdown") {
    return new Language(defineLanguageFacet(), parser.configure(GFM), [], "markdown").extension;
  }
  const name =
    { "text/html": "html", "image/svg+xml": "xml", react: "javascript" }[type] ?? language?.toLowerCase() ?? "";
  const mode = Object.hasOwn(MODES, name) ? MODES[name as keyof typeof MODES] : null;
  return mode ? StreamLanguage.define(mode) : [];
}

/** The same colours as in code blocks. */
export const colours: Extension = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], class: "nbc-hl-keyword" },
    { tag: [tags.string, tags.regexp, tags.monospace], class: "nbc-hl-string" },
    { tag: [tags.number, tags.bool, tags.null, tags.atom], class: "nbc-hl-number" },
    { tag: [tags.comment], class: "nbc-hl-comment" },
    {
      tag: [tags.tagName, tags.attributeName, tags.propertyName, tags.typeName, tags.link, tags.url],
      class: "nbc-hl-name",
    },
    { tag: tags.heading, class: "nbc-hl-strong" },
    { tag: tags.strong, class: "nbc-hl-strong" },
    { tag: tags.emphasis, class: "nbc-hl-emphasis" },
    { tag: [tags.processingInstruction, tags.meta], class: "nbc-hl-comment" },
  ]),
);
