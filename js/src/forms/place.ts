// Where a field is: in the tree of fields, and in the answer that is made of it.
import type { FieldView } from "../protocol";
import { type Entry, isParts, partOf, rowsOf } from "./entry";

export interface Place {
  /** Names the field in this form. It stays when rows above it come and go. */
  readonly id: string;
  /** The way to its entry: keys, row ids, numbers of variants. */
  readonly steps: readonly (string | number)[];
  /** The way to its value in the answer, as the kernel counts. */
  readonly path: readonly (string | number)[];
  /** The name of a field whose label is not shown (an element of a list). */
  readonly name?: string;
}

export const ROOT: Place = { id: "", steps: [], path: [] };

/** The place one step further in. `segment` is what the kernel calls it; null when it does not count it (a variant). */
export function inside(place: Place, step: string | number, segment: string | number | null = step): Place {
  return {
    id: `${place.id}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`,
    steps: [...place.steps, step],
    path: segment === null ? place.path : [...place.path, segment],
  };
}

/** Whether `id` is the place `outer` or lies in it. */
export const isWithin = (id: string, outer: string): boolean => id === outer || id.startsWith(`${outer}/`);

/**
 * The innermost field that the kernel's `path` leads to, and what of the path is left there. The kernel puts the names of
 * variants into its paths; what fits nothing is passed over, as long as something further on does.
 */
export function locate(
  field: FieldView,
  entry: Entry,
  path: readonly (string | number)[],
  place: Place = ROOT,
): { place: Place; field: FieldView; rest: readonly (string | number)[] } {
  if (field.kind === "union" && isParts(entry)) {
    const chosen = Number(entry.variant);
    const variant = field.variants?.[chosen];
    if (variant) {
      const found = locate(variant, partOf(entry, String(chosen)), path, inside(place, String(chosen), null));
      return found.place.path.length > place.path.length ? found : { place, field, rest: [] };
    }
  }
  for (const [index, segment] of path.entries()) {
    const next = child(field, entry, segment, place);
    if (next) return locate(next.field, next.entry, path.slice(index + 1), next.place);
  }
  return { place, field, rest: path };
}

function child(field: FieldView, entry: Entry, segment: string | number, place: Place) {
  if (field.kind === "object" && isParts(entry)) {
    const part = field.fields?.find(({ key }) => key === segment);
    return part && { field: part, entry: partOf(entry, part.key), place: inside(place, part.key) };
  }
  if ((field.kind === "list" || field.kind === "map") && field.item) {
    const rows = rowsOf(entry);
    const row = field.kind === "list" ? rows[Number(segment)] : rows.find(({ name }) => name === segment);
    return row && { field: field.item, entry: row.entry, place: inside(place, row.id, segment) };
  }
  return null;
}
