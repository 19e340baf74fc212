// The front end of the conversation widget, loaded once per page by `loader.ts`.
import type { RenderProps } from "@anywidget/types";
import { render as draw } from "preact";
import { ChunksContext, chunksFrom, type LoadChunk } from "./chunks";
import { Connection } from "./connection";
import { Conversation } from "./conversation";
import { DiagramsContext, diagramsOf } from "./host";
import { shieldKeyboard } from "./keyboard";
import { installStyles } from "./styles";

/** Draws one view into `el` and takes it away again when `signal` aborts. `load` fetches the parts that are not in here. */
export function render(props: RenderProps, load: LoadChunk = chunksFrom(props)): void {
  const { model, el, signal } = props;
  if (signal.aborted) return;
  installStyles(el);
  // The class `nbc-live` hides the saved transcript that stands below in the notebook.
  const root = document.createElement("div");
  root.className = "nbc nbc-live";
  el.replaceChildren(root);
  shieldKeyboard(root, signal);
  draw(
    <ChunksContext.Provider value={load}>
      <DiagramsContext.Provider value={diagramsOf(model)}>
        <Conversation
          connection={new Connection(model, signal)}
          root={root}
          offersBell={model.get("_notify") !== false}
        />
      </DiagramsContext.Provider>
    </ChunksContext.Provider>,
    root,
  );
  signal.addEventListener("abort", () => {
    draw(null, root);
    root.remove();
  });
}
