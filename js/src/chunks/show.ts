// The chunk that draws what workflows show beside text: canvases, components, pictures, todo lists, what they are working on.

export { CanvasBody } from "../canvas/body";
export { EditedCanvas } from "../canvas/edited";
export { ChunkView } from "../show/chunk";
export { Diagram } from "../show/diagram";
export { TodoView } from "../show/todo";
export { Tree } from "../show/tree";
export { CallView, WorkingView } from "../show/working";
export { default as css } from "../styles/shown";
