// What the page around the widget can draw better than we could without being much larger: diagrams. JupyterLab and Notebook 7
// have a renderer for them; other hosts have none.
import type { AnyModel } from "@anywidget/types";
import { createContext } from "preact";

/** A diagram's source to the address of a picture of it (`data:image/svg+xml...`); null where the host draws none. */
export type DrawDiagram = (source: string) => Promise<string | null>;

const MERMAID = "text/vnd.mermaid";
const PICTURE = /^data:image\/svg\+xml[;,]/;

/**
 * While it draws, mermaid puts labels and styles into the page as they are written: HTML with pictures, `url(...)`, settings with
 * style sheets, image nodes. A source with any of that would make the page fetch something, so the host does not get it.
 */
const REACHING_OUT = [
  /<(?!br\s*\/?>)[a-z/!?]/i,
  /url\s*\(|@import|image-set|@\s*\{|:\/\/|javascript:|data:/i,
  /%%\s*\{|^\s*---/,
  /&#?\w+;|#\w+;|\\(?!n)/,
];
/** `<<interface>>`: no HTML. */
const STEREOTYPES = /<<\w+>>/g;

/** The part of JupyterLab's `IRenderMimeRegistry` that is used; every step of it may be missing. */
interface Rendermime {
  readonly mimeTypes?: readonly string[];
  createModel(options: { data: Record<string, string> }): unknown;
  createRenderer(mimeType: string): {
    readonly node: HTMLElement;
    renderModel(model: unknown): Promise<void>;
    dispose(): void;
  };
}

export function diagramsOf(model: AnyModel): DrawDiagram {
  const manager = model.widget_manager as { rendermime?: Rendermime } | undefined;
  return async (source) => {
    const rendermime = manager?.rendermime;
    if (!rendermime?.mimeTypes?.includes(MERMAID)) return null;
    const plain = source.replace(STEREOTYPES, "");
    if (REACHING_OUT.some((pattern) => pattern.test(plain))) {
      throw new Error("It is not drawn: there are HTML, addresses or settings in it.");
    }
    const renderer = rendermime.createRenderer(MERMAID);
    try {
      await renderer.renderModel(rendermime.createModel({ data: { [MERMAID]: source } }));
      return pictureIn(renderer.node);
    } finally {
      renderer.dispose();
    }
  };
}

/** Only the picture is taken over, never the host's elements: in a picture nothing runs and nothing is fetched. */
function pictureIn(node: HTMLElement): string {
  const source = node.querySelector("img")?.getAttribute("src") ?? "";
  if (PICTURE.test(source)) return source;
  throw new Error(node.textContent?.trim().slice(0, 500) || "The diagram cannot be drawn.");
}

/** How anything below a conversation draws diagrams. */
export const DiagramsContext = createContext<DrawDiagram>(() => Promise.resolve(null));
