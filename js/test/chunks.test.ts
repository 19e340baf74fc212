// How the parts of the front end that are not in the core get here.
import { afterEach, expect, it } from "vitest";
import { chunksFrom } from "../src/chunks";
import { FakeModel, renderProps } from "./model";

const page = globalThis as { __nbconvoChunks?: unknown; evaluated?: number };

afterEach(() => {
  delete page.__nbconvoChunks;
  delete page.evaluated;
});

const SOURCE = `export default (require) => {
  globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;
  return { preact: require("preact"), hooks: require("preact/hooks") };
}`;

/** A kernel that has the chunk `forms` in this version; it answers when told to. */
function kernel(version = "1") {
  const assets = new FakeModel({ version });
  const abort = new AbortController();
  const model = new FakeModel({ _assets: "anywidget:a" });
  const load = chunksFrom(renderProps(model, document.createElement("div"), abort.signal, async () => assets));
  const answer = (name = "forms", source: string | null = SOURCE) => {
    const buffers = source === null ? [] : [new DataView(new TextEncoder().encode(source).buffer)];
    assets.trigger("msg:custom", { kind: "chunk", name }, buffers);
  };
  return { assets, load, abort, answer };
}

const asked = ({ assets }: ReturnType<typeof kernel>) => expect.poll(() => assets.sent.length).toBeGreaterThan(0);

it("a chunk is asked for by name, draws with the Preact of the core, and is evaluated once", async () => {
  const here = kernel();
  const [first, second] = [here.load("forms"), here.load("forms")];
  await asked(here);
  expect(here.assets.sent[0]).toEqual({ kind: "chunk", name: "forms" });
  here.answer("show"); // somebody else's
  here.answer();
  const { createContext } = await import("preact");
  expect(await first).toMatchObject({ preact: { createContext } });
  expect(await second).toBe(await first);
  expect(await here.load("forms")).toBe(await first);
  expect(page.evaluated).toBe(1);
  expect(here.assets.listeners).toBe(0);
});

it("another version is another chunk", async () => {
  for (const version of ["1", "2"]) {
    const here = kernel(version);
    const loading = here.load("forms");
    await asked(here);
    here.answer();
    await loading;
  }
  expect(page.evaluated).toBe(2);
});

it("a kernel that does not have it says so", async () => {
  const here = kernel();
  const loading = here.load("forms");
  await asked(here);
  here.answer("forms", null);
  await expect(loading).rejects.toThrow("The kernel has no part “forms” of the front end.");
});

it("a view that is closed no longer listens", async () => {
  const here = kernel();
  here.load("forms");
  await asked(here);
  here.abort.abort();
  expect(here.assets.listeners).toBe(0);
});
