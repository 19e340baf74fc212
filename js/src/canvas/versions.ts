// All versions of a canvas, found in the messages that sent them and in the answers that edited them. The counterpart of
// `nbconvo/views/canvases.py`.
import { useComputed } from "@preact/signals";
import { useContext, useRef } from "preact/hooks";
import type { CanvasContent, CanvasVersion, TranscriptView } from "../protocol";
import { ViewContext } from "./context";

export interface Version {
  readonly canvas: CanvasContent;
  /** Whether a person made it. */
  readonly isEdited: boolean;
  readonly item: string;
  readonly chunk: number | null;
}

/** The versions of `uri`, oldest first; empty when the view has none. The same list until one of them changes. */
export function useVersions(uri: string): readonly Version[] {
  const view = useContext(ViewContext);
  const known = useRef<readonly Version[]>([]);
  return useComputed(() => {
    const fresh = view ? versionsIn(view.value, uri) : [];
    const isSame =
      fresh.length === known.current.length &&
      fresh.every(({ canvas }, index) => canvas === known.current[index]?.canvas);
    if (!isSame) known.current = fresh;
    return known.current;
  }).value;
}

const edits = new WeakMap<object, CanvasContent>();

export function versionsIn(view: TranscriptView, uri: string): Version[] {
  const places = view.canvases?.find((canvas) => canvas.uri === uri)?.versions ?? [];
  const versions: Version[] = [];
  for (const place of places) {
    const canvas = contentAt(view, place, versions.at(-1)?.canvas);
    if (canvas) versions.push({ canvas, isEdited: place.chunk === null, ...place });
  }
  return versions;
}

function contentAt(
  view: TranscriptView,
  place: CanvasVersion,
  before: CanvasContent | undefined,
): CanvasContent | null {
  const item = view.items.find((each) => each.id === place.item);
  if (item?.kind === "message" && place.chunk !== null) {
    const resource = item.chunks[place.chunk]?.resource;
    return resource && "canvas" in resource ? resource.canvas : null;
  }
  if (item?.kind !== "answer") return null;
  const value = item.value as { canvas?: Partial<CanvasContent> } | null;
  if (!value?.canvas) return null;
  // A person gives title and content; the rest stays as it was sent. Made once, so that it keeps its identity.
  const made = edits.get(item) ?? {
    type: "text/markdown",
    language: null,
    title: "",
    content: "",
    ...before,
    ...value.canvas,
  };
  edits.set(item, made);
  return made;
}
