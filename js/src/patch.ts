// JSON patches as the kernel writes them: add, replace, remove, and `append` for a string that grew. The counterpart of
// `nbconvo/protocol/patch.py`; both sides are tested with `tests/data/json_patches.json`.
import type { Patch } from "./protocol";

type Dict = Record<string, unknown>;

/** `value` with `patches` applied in order. What a patch does not touch keeps its identity; the original stays as it is. */
export function applyPatches<T>(value: T, patches: readonly Patch[]): T {
  let result: unknown = value;
  for (const patch of patches) result = applyAt(result, pointer(patch.path), patch);
  return result as T;
}

/** The keys of an RFC 6901 pointer. */
function pointer(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function applyAt(value: unknown, keys: readonly string[], patch: Patch): unknown {
  const [head, ...rest] = keys;
  if (head === undefined) return leaf(value, patch);
  if (Array.isArray(value)) return inList(value, head, rest, patch);
  if (typeof value === "object" && value !== null) return inDict(value as Dict, head, rest, patch);
  throw new TypeError(`The patch path ${patch.path} leads into ${typeof value}`);
}

function inDict(value: Dict, head: string, rest: readonly string[], patch: Patch): Dict {
  const isLast = rest.length === 0;
  if (isLast && patch.op === "remove") {
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== head));
  }
  const isNew = isLast && (patch.op === "add" || patch.op === "replace");
  if (!isNew && !Object.hasOwn(value, head)) throw new RangeError(`The patch path ${patch.path} does not exist`);
  const next = isNew ? patch.value : applyAt(value[head], rest, patch);
  // Entries, not an assignment: a key named __proto__ is data like any other.
  return Object.fromEntries([...Object.entries(value), [head, next]]);
}

function inList(value: readonly unknown[], head: string, rest: readonly string[], patch: Patch): unknown[] {
  const index = head === "-" ? value.length : Number(head);
  const isAdd = rest.length === 0 && patch.op === "add";
  const last = isAdd ? value.length : value.length - 1;
  if (!/^(-|\d+)$/.test(head) || index > last) throw new RangeError(`The patch path ${patch.path} does not exist`);
  if (isAdd) return value.toSpliced(index, 0, patch.value);
  if (rest.length === 0 && patch.op === "remove") return value.toSpliced(index, 1);
  return value.with(index, applyAt(value[index], rest, patch));
}

function leaf(value: unknown, patch: Patch): unknown {
  if (patch.op === "remove") return null;
  if (patch.op !== "append") return patch.value;
  if (typeof value !== "string") throw new TypeError(`The patch path ${patch.path} is not a text`);
  return value + String(patch.value);
}
