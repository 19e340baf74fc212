// The front end of the conversation widget, loaded once per page by `loader.ts`.
import type { RenderProps } from "@anywidget/types";
import { render as draw } from "preact";
import { Connection } from "./connection";
import { Conversation } from "./conversation";
import { shieldKeyboard } from "./keyboard";
import { installStyles } from "./styles";

/** Draws one view into `el` and takes it away again when `signal` aborts. */
export function render({ model, el, signal }: RenderProps): void {
  if (signal.aborted) return;
  installStyles(el);
  // The class `nbc-live` hides the saved transcript that stands below in the notebook.
  const root = document.createElement("div");
  root.className = "nbc nbc-live";
  el.replaceChildren(root);
  shieldKeyboard(root, signal);
  draw(<Conversation connection={new Connection(model, signal)} root={root} />, root);
  signal.addEventListener("abort", () => {
    draw(null, root);
    root.remove();
  });
}
