// After a resync the whole view arrives anew although little of it changed. Sharing what is equal with the old view keeps the
// identity of unchanged items, and with it their drawing, the reader's selection and the scroll position.

/** `next`, with every part that equals its counterpart in `before` replaced by that counterpart. */
export function share<T>(before: unknown, next: T): T {
  if (Object.is(before, next)) return next;
  if (typeof before !== "object" || typeof next !== "object" || before === null || next === null) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  const old = before as Record<string, unknown>;
  const fresh = next as Record<string, unknown>;
  const keys = Object.keys(fresh);
  let same = keys.length === Object.keys(old).length;
  const entries = keys.map((key): [string, unknown] => {
    const value = share(Object.hasOwn(old, key) ? old[key] : undefined, fresh[key]);
    same &&= Object.hasOwn(old, key) && value === old[key];
    return [key, value];
  });
  if (same) return before as T;
  return (Array.isArray(next) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as T;
}
