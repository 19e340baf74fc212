// How a component gets a part of the front end that is fetched when it is first needed (see chunks.ts).
import { createContext, type RefObject } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chunks, LoadChunk } from "./chunks";
import { installStyles } from "./styles";

/** What fetches chunks for everything below a conversation. */
export const ChunksContext = createContext<LoadChunk>(() => Promise.reject(new Error("no chunks here")));
export const useChunks = (): LoadChunk => useContext(ChunksContext);

interface Fetched {
  readonly coming: Promise<unknown>;
  /** Once it is here: it is drawn at once the next time. */
  chunk: unknown;
}

const fetched = new WeakMap<LoadChunk, Map<string, Fetched>>();

/** Hundreds of places may want a chunk at the same moment: it is asked for once. One that did not come is asked for again. */
function fetchOnce(load: LoadChunk, name: keyof Chunks): Promise<unknown> {
  const known = fetched.get(load) ?? new Map<string, Fetched>();
  fetched.set(load, known);
  const before = known.get(name);
  if (before) return before.coming;
  const coming = load(name);
  const one: Fetched = { coming, chunk: null };
  known.set(name, one);
  coming.then(
    (chunk) => {
      one.chunk = chunk;
    },
    () => known.delete(name),
  );
  return coming;
}

interface Lazy<Name extends keyof Chunks> {
  readonly chunk: Chunks[Name] | null;
  /** Why it did not come; empty while it may still come. */
  readonly failure: string;
  /** To be put on the element that it draws into: its style sheet goes into the same document. */
  readonly box: RefObject<HTMLDivElement | null>;
}

/** The chunk `name`, fetched when it is `wanted`; null until it is here. */
export function useChunk<Name extends keyof Chunks>(name: Name, wanted = true): Lazy<Name> {
  const load = useChunks();
  const box = useRef<HTMLDivElement>(null);
  const [chunk, setChunk] = useState(() => (fetched.get(load)?.get(name)?.chunk ?? null) as Chunks[Name] | null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    if (chunk || !wanted) return;
    let isDrawn = true;
    fetchOnce(load, name).then(
      (loaded) => {
        if (isDrawn) setChunk(() => loaded as Chunks[Name]);
      },
      (error) => {
        if (isDrawn) setFailure(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      isDrawn = false;
    };
  }, [load, name, wanted, chunk]);
  useLayoutEffect(() => {
    if (chunk && "css" in chunk && box.current) installStyles(box.current, chunk.css);
  }, [chunk]);
  return { chunk, failure, box };
}
