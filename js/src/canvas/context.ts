// How a canvas finds its other versions. Handed down beside the props: an item is drawn again only when it is another one.
import type { ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import type { TranscriptView } from "../protocol";

export const ViewContext = createContext<ReadonlySignal<TranscriptView> | null>(null);
