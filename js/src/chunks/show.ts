// The chunk that draws what workflows show beside text: canvases, components, pictures, todo lists, what they are working on.
export { ChunkView } from "../show/chunk";
export { EditedCanvas } from "../canvas/edited";
export { CanvasBody } from "../canvas/body";
export { Tree } from "../show/tree";
export { TodoView } from "../show/todo";
export { CallView, WorkingView } from "../show/working";
export { default as css } from "../styles/shown";
