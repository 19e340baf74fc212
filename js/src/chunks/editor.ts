// The chunk in which canvases are edited. Conversations that do not ask for that never load it.
export { CanvasEditor } from "../editor/editor";
export { default as css } from "../styles/editor.css?inline";
