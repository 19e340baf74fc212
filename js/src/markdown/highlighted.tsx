// Code to coloured vnodes. The highlighter gives a tree, not HTML: nothing is parsed again, text only becomes text nodes.
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import type { ComponentChildren } from "preact";

const LANGUAGES = { bash, css, javascript, json, markdown, python, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);
hljs.registerAliases(["shell", "console"], { languageName: "bash" });
hljs.registerAliases(["ipython", "ipython3"], { languageName: "python" });

/** The tree that highlight.js makes on the way to HTML. */
interface Node {
  readonly scope?: string;
  readonly children: ReadonlyArray<Node | string>;
}

/** `text` as vnodes; null for a language that is not known here. */
export function highlighted(text: string, language: string): ComponentChildren {
  if (!hljs.getLanguage(language)) return null;
  const { _emitter } = hljs.highlight(text, { language, ignoreIllegals: true });
  return draw((_emitter as unknown as { rootNode: Node }).rootNode);
}

function draw({ children }: Node): ComponentChildren {
  return children.map((child, index) =>
    typeof child === "string" ? (
      child
    ) : (
      <span key={index} class={child.scope ? `nbc-hl-${child.scope.split(".")[0]}` : undefined}>
        {draw(child)}
      </span>
    ),
  );
}
