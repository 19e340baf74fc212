// A react canvas as a document: its JSX (or TSX) is compiled here, and runs in the frame only. `react` there is Preact's
// compatible one, 24 kB; nothing else can be imported.
import { transform } from "sucrase";
import runtime from "./react_runtime.ts?script";
import { scriptOf } from "./sandbox";

/** Names of what could be a component: declared at the top, capitalised. The last one is the one that is shown. */
const DECLARED = /^(?:export\s+)?(?:async\s+)?(?:function|class|const|let|var)\s+([A-Z]\w*)/gm;

/** HTML for the sandbox. Raises SyntaxError for what is no JSX. */
export function reactDocument(source: string): string {
  const { code } = transform(source, {
    transforms: ["jsx", "typescript", "imports"],
    jsxRuntime: "classic",
    production: true,
  });
  const name = [...source.matchAll(DECLARED)].at(-1)?.[1];
  const found = name ? `if (!exports.default && typeof ${name} !== "undefined") exports.default = ${name};` : "";
  return `<div id="root"></div>${scriptOf(runtime)}${scriptOf(`nbcRun((require, module, exports) => {${code}\n;${found}});`)}`;
}
