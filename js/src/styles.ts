// The style sheet, put into a document once however many widgets it shows. The id is made from its text, so two versions of
// the package on one page do not take each other's place.
import asks from "./styles/asks.css?inline";
import frame from "./styles/frame.css?inline";
import items from "./styles/items.css?inline";
import markdown from "./styles/markdown.css?inline";
import moves from "./styles/moves.css?inline";
import needed from "./styles/needed.css?inline";
import theme from "./styles/theme.css?inline";
import transcript from "./styles/transcript.css?inline";

const text = [theme, frame, transcript, items, moves, markdown, asks, needed].join("\n");

function fingerprint(value: string): string {
  let hash = 5381;
  for (let index = 0; index < value.length; index += 1) hash = (hash * 33) ^ value.charCodeAt(index);
  return (hash >>> 0).toString(36);
}

/** Styles the document (or the shadow root) that `el` is in; with `css`, for what came later. */
export function installStyles(el: HTMLElement, css: string = text): void {
  const id = `nbconvo-style-${fingerprint(css)}`;
  const root = el.getRootNode();
  const target = root instanceof ShadowRoot ? root : document.head;
  if (target.querySelector(`#${id}`)) return;
  const style = document.createElement("style");
  style.id = id;
  style.textContent = css;
  target.append(style);
}
