// The chunk that colours code. Conversations without code never load it.
export { highlighted } from "../markdown/highlighted";
export { default as css } from "../styles/highlight.css?inline";
