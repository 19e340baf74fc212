// What chunks share with the core: two copies of Preact cannot draw into each other's trees, two copies of a context do not know
// of each other, and markdown and the style sheet are large.
import * as signals from "@preact/signals";
import * as preact from "preact";
import * as hooks from "preact/hooks";
import * as runtime from "preact/jsx-runtime";
import * as context from "./canvas/context";
import * as host from "./host";
import * as lazy from "./lazy";
import * as code from "./markdown/code";
import * as markdown from "./markdown/markdown";
import * as styles from "./styles";

/** By the names that `build.mjs` leaves for the chunks to require. */
const SHARED: Record<string, unknown> = {
  preact,
  "preact/hooks": hooks,
  "preact/jsx-runtime": runtime,
  "@preact/signals": signals,
  "nbconvo/canvas/context": context,
  "nbconvo/host": host,
  "nbconvo/lazy": lazy,
  "nbconvo/markdown/code": code,
  "nbconvo/markdown/markdown": markdown,
  "nbconvo/styles": styles,
};

export const shared = (name: string): unknown => SHARED[name];
