// One piece of a message that is not text.
import { CanvasView } from "../canvas/canvas";
import { FoldedJson } from "../items/json";
import type { CanvasResource, Chunk, ComponentResource } from "../protocol";
import { ComponentView } from "./components/component";
import { Display } from "./display";
import { Picture } from "./picture";
import { Thinking } from "./thinking";

interface ChunkProps {
  readonly chunk: Chunk;
  /** Where it is: the id of its message, and its place in there. */
  readonly item: string;
  readonly index: number;
  readonly streaming: boolean;
}

export function ChunkView({ chunk, item, index, streaming }: ChunkProps) {
  if (chunk.type === "thinking" && Array.isArray(chunk.thinking)) {
    return <Thinking parts={chunk.thinking} isGoingOn={streaming} />;
  }
  if (chunk.type === "image_url" && typeof chunk.image_url === "string") {
    return <Picture source={chunk.image_url} alt="Picture" />;
  }
  if (chunk.type === "display" && isObject(chunk.display)) return <Display bundle={chunk.display} />;
  const resource: unknown = chunk.resource;
  if (isCanvas(resource)) return <CanvasView resource={resource} item={item} chunk={index} />;
  if (isComponent(resource)) return <ComponentView component={resource.component} />;
  return <FoldedJson summary={chunk.type} value={resource ?? chunk} />;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function isCanvas(value: unknown): value is CanvasResource {
  return isObject(value) && isObject(value.canvas) && typeof value.canvas.content === "string";
}

function isComponent(value: unknown): value is ComponentResource {
  return isObject(value) && isObject(value.component) && typeof value.component.name === "string";
}
