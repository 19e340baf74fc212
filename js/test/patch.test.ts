import { describe, expect, it } from "vitest";
import text from "../../tests/data/json_patches.json?raw";
import { applyPatches } from "../src/patch";
import type { Patch } from "../src/protocol";
import { share } from "../src/share";

interface Vector {
  name: string;
  before: unknown;
  after: unknown;
  patches: Patch[];
}
// Parsed here: as a module, a key named __proto__ would set the prototype.
const vectors: Vector[] = JSON.parse(text);

const patch = (op: Patch["op"], path: string, value: unknown = null): Patch => ({ op, path, value });

describe("patches", () => {
  it.each(vectors)("$name", ({ before, after, patches }) => {
    const kept = structuredClone(before);
    expect(applyPatches<unknown>(before, patches)).toEqual(after);
    expect(before).toEqual(kept);
  });

  it("keep the identity of what they do not touch", () => {
    const before = { items: [{ id: 1 }, { id: 2, text: "a" }], asks: [{ id: 3 }] };
    const after = applyPatches(before, [patch("append", "/items/1/text", "b")]);
    expect(after.items[0]).toBe(before.items[0]);
    expect(after.asks).toBe(before.asks);
    expect(after.items[1]).toEqual({ id: 2, text: "ab" });
  });

  it.each([
    patch("append", "/nowhere", "x"),
    patch("append", "/list/7", "x"),
    patch("replace", "/list/2", 1),
    patch("replace", "/list/x", 1),
    patch("remove", "/list/2"),
    patch("add", "/list/4", 1),
    patch("append", "/list", "x"),
    patch("add", "/number/deeper", 1),
  ])("that do not fit are an error: $op $path", (each) => {
    expect(() => applyPatches({ list: [1, 2], number: 1 }, [each])).toThrow();
  });

  it("cannot reach a prototype", () => {
    applyPatches<unknown>({}, [patch("add", "/__proto__", { polluted: true })]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(() => applyPatches<unknown>({}, [patch("add", "/constructor/x", 1)])).toThrow();
  });
});

describe("share", () => {
  it("gives back what is equal and takes what is new", () => {
    const before = { items: [{ a: 1 }, { a: [1, 2] }], title: "t" };
    const next = share(before, { items: [{ a: 1 }, { a: [1, 3] }, { a: 4 }], title: "t" });
    expect(next).toEqual({ items: [{ a: 1 }, { a: [1, 3] }, { a: 4 }], title: "t" });
    expect(next.items[0]).toBe(before.items[0]);
    expect(share(before, structuredClone(before))).toBe(before);
  });

  it.each([
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1], { 0: 1 }],
    [null, { a: 1 }],
    [[], [null]],
  ])("never mistakes %j for %j", (before, next) => {
    expect(share<unknown>(before, next)).toEqual(next);
    expect(share<unknown>(before, next)).not.toBe(before);
  });
});
