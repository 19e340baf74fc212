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
  const address = addressOf(chunk.image_url);
  if (chunk.type === "image_url" && address !== null) return <Picture source={address} alt="Picture" />;
  if (chunk.type === "display" && isObject(chunk.display)) return <Display bundle={chunk.display} />;
  const resource: unknown = chunk.resource;
  if (isCanvas(resource)) return <CanvasView resource={resource} item={item} chunk={index} />;
  if (isComponent(resource)) return <ComponentView component={resource.component} />;
  return <FoldedJson summary={chunk.type} value={resource ?? chunk} />;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The conversations API writes it either way. */
function addressOf(image: unknown): string | null {
  const address = isObject(image) ? image.url : image;
  return typeof address === "string" ? address : null;
}

function isCanvas(value: unknown): value is CanvasResource {
  return isObject(value) && isObject(value.canvas) && typeof value.canvas.content === "string";
}

function isComponent(value: unknown): value is ComponentResource {
  return isObject(value) && isObject(value.component) && typeof value.component.name === "string";
}
