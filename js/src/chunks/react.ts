// The chunk that makes a react canvas into a document. Conversations without one never load it.
export { reactDocument } from "../canvas/react";
