// Runs in the frame of a react canvas: the libraries it can import, and the drawing of what it exports.
import * as React from "preact/compat";
import { createRoot } from "preact/compat/client";
import * as jsx from "preact/jsx-runtime";

const dom = { ...React, createRoot };
const MODULES: Record<string, unknown> = {
  react: { ...React, default: React, __esModule: true },
  "react-dom": { ...dom, default: dom, __esModule: true },
  "react-dom/client": { createRoot, default: { createRoot }, __esModule: true },
  "react/jsx-runtime": jsx,
};

function importModule(name: string): unknown {
  if (Object.hasOwn(MODULES, name)) return MODULES[name];
  if (name.endsWith(".css")) return {};
  throw new Error(`“${name}” cannot be imported: a canvas has react and nothing else.`);
}

type Body = (require: (name: string) => unknown, module: { exports: Exports }, exports: Exports) => void;
type Exports = { default?: unknown };

/** Many canvases use `React` and its hooks without importing them. */
const names = Object.entries(React).filter(([name]) =>
  /^(?:use[A-Z]|Fragment$|createElement$|memo$|forwardRef$|createContext$)/.test(name),
);
Object.assign(globalThis, Object.fromEntries(names), { React, ReactDOM: dom });

Object.assign(globalThis, {
  nbcRun(body: Body) {
    const module: { exports: Exports } = { exports: {} };
    body(importModule, module, module.exports);
    const shown = module.exports.default;
    const root = document.getElementById("root") as HTMLElement;
    if (root.hasChildNodes()) return; // it has drawn itself
    if (!shown) throw new Error("There is no component in it: export one as default.");
    createRoot(root).render(
      typeof shown === "function"
        ? React.createElement(shown as React.FunctionComponent, null)
        : (shown as React.ReactElement),
    );
  },
});
