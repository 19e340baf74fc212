// Parts of the front end that are asked of the kernel when they are first needed, and evaluated once per version and page.
//
// A module made from text cannot import another one by a relative path, and two copies of Preact cannot draw into each other's
// trees. So `build.mjs` makes each module in `chunks/` a function of `require`, and what it shares with the core is handed in.

import type { AnyModel, RenderProps } from "@anywidget/types";
import { shared } from "./shared";

export { ChunksContext, useChunks } from "./lazy";

/** The chunks, by the name of their module in `chunks/`. */
export interface Chunks {
  readonly editor: typeof import("./chunks/editor");
  readonly forms: typeof import("./chunks/forms");
  readonly highlight: typeof import("./chunks/highlight");
  readonly math: typeof import("./chunks/math");
  readonly react: typeof import("./chunks/react");
  readonly show: typeof import("./chunks/show");
}

export type LoadChunk = <Name extends keyof Chunks>(name: Name) => Promise<Chunks[Name]>;

interface Assets {
  version: string;
}

type ChunkModule = { default: (require: (name: string) => unknown) => Chunks[keyof Chunks] };

const page = globalThis as { __nbconvoChunks?: Map<string, Chunks[keyof Chunks]> };

/** What fetches chunks for one view. The kernel may be busy: it takes as long as it takes, or until the view is gone. */
export function chunksFrom({ model, host, signal }: RenderProps): LoadChunk {
  return async <Name extends keyof Chunks>(name: Name) => {
    page.__nbconvoChunks ??= new Map();
    const assets = await host.getModel<Assets>(model.get("_assets"));
    const key = `${assets.get("version")}:${name}`;
    const known = page.__nbconvoChunks.get(key);
    if (known) return known as Chunks[Name];
    const url = URL.createObjectURL(new Blob([await sourceOf(assets, name, signal)], { type: "text/javascript" }));
    const module: ChunkModule = await import(/* @vite-ignore */ url).finally(() => URL.revokeObjectURL(url));
    // Two asks may have fetched it at the same time; everybody gets the same one.
    const chunk = page.__nbconvoChunks.get(key) ?? module.default(shared);
    page.__nbconvoChunks.set(key, chunk);
    return chunk as Chunks[Name];
  };
}

function sourceOf(assets: AnyModel<Assets>, name: string, signal: AbortSignal): Promise<DataView<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: { kind?: unknown; name?: unknown }, buffers: DataView<ArrayBuffer>[]) => {
      if (message?.kind !== "chunk" || message.name !== name) return;
      assets.off("msg:custom", onMessage);
      const [source] = buffers;
      if (source) resolve(source);
      else reject(new Error(`The kernel has no part “${name}” of the front end.`));
    };
    assets.on("msg:custom", onMessage);
    signal.addEventListener("abort", () => assets.off("msg:custom", onMessage));
    assets.send({ kind: "chunk", name });
  });
}
