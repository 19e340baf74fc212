// What a person has entered so far, field by field: plain data, so that it can be kept as a draft, and never less than what was
// typed. What each kind of field holds:
//
//   text, long_text, secret, integer, number, date, time, json   the text
//   boolean                                                       true or false
//   datetime                                                      a Moment
//   choice, choices                                               positions in `choices` (none: an empty list)
//   file, files                                                   StoredFiles
//   object                                                        its parts by key; null while it is left out
//   list, map                                                     Rows
//   union                                                         { variant, [number of the variant]: its entry }
import type { FieldView } from "../protocol";
import { type Moment, momentOf } from "./moment";

export type Entry = unknown;
export type Parts = Readonly<Record<string, Entry>>;

export interface Row {
  readonly id: number;
  /** The key, in a map. */
  readonly name: string;
  readonly entry: Entry;
}

/** A file that is in the kernel already. */
export interface StoredFile {
  readonly filename: string;
  readonly url: string;
  readonly content_type: string;
  /** In bytes; null when it is not known (an answer that is edited). */
  readonly size: number | null;
}

/** A date field holds this when a part of the date is missing; the browser does not tell which. */
export const UNFINISHED = "\0";

export const isParts = (value: unknown): value is Parts =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const partOf = (parts: Parts, key: string): Entry => (Object.hasOwn(parts, key) ? parts[key] : undefined);
export const textOf = (entry: Entry): string => (typeof entry === "string" ? entry : "");
export const chosenOf = (entry: Entry): readonly number[] => (Array.isArray(entry) ? (entry as number[]) : []);
export const rowsOf = (entry: Entry): readonly Row[] => (Array.isArray(entry) ? (entry as Row[]) : []);
export const filesOf = (entry: Entry): readonly StoredFile[] => (Array.isArray(entry) ? (entry as StoredFile[]) : []);
export const momentIn = (entry: Entry): Moment =>
  isParts(entry) && typeof entry.at === "string" && typeof entry.zone === "string"
    ? (entry as unknown as Moment)
    : { at: "", zone: "local" };

/** Whether nothing at all may be entered: an object, or a variant, that can be left out. */
export const isOptional = (field: FieldView): boolean =>
  field.nullable || (!field.required && (field.default ?? null) === null);

/** A row with an id that no other row has. */
export function newRow(rows: readonly Row[], entry: Entry, name = ""): Row {
  return { id: Math.max(0, ...rows.map(({ id }) => id)) + 1, name, entry };
}

/** What a field starts with: its default, or nothing. */
export function blank(field: FieldView): Entry {
  if (field.default !== undefined && field.default !== null && field.kind !== "secret") {
    return entered(field, field.default);
  }
  switch (field.kind) {
    case "boolean":
      return false;
    case "datetime":
      return { at: "", zone: "local" };
    case "choice":
    case "choices":
    case "file":
    case "files":
    case "map":
      return [];
    case "list":
      return Array.from({ length: Math.min(field.min_items ?? 0, 20) }, (_, index) => ({
        id: index + 1,
        name: "",
        entry: field.item && blank(field.item),
      }));
    case "object":
      return isOptional(field) ? null : partsOf(field, (part) => blank(part));
    case "union":
      return { variant: -1 };
    default:
      return "";
  }
}

/** An object with all of its fields, filled in or not. */
export const filledIn = (field: FieldView): Entry => partsOf(field, (part) => blank(part));

function partsOf(field: FieldView, make: (part: FieldView) => Entry): Parts {
  return Object.fromEntries((field.fields ?? []).map((part) => [part.key, make(part)]));
}

/** What a whole form starts with. */
export function started(form: FieldView): Entry {
  return form.kind === "object" && !isParts(form.default) ? filledIn(form) : blank(form);
}

/** What a person would have entered for `value`: a default, or an answer that is edited. A secret is never filled in. */
export function entered(field: FieldView, value: unknown): Entry {
  if (value === null || value === undefined) return blank({ ...field, default: null });
  switch (field.kind) {
    case "secret":
      return "";
    case "boolean":
      return value === true;
    case "datetime":
      return momentOf(String(value));
    case "choice":
      return positions(field, [value]);
    case "choices":
      return positions(field, Array.isArray(value) ? value : []);
    case "file":
      return [storedFile(value)];
    case "files":
      return Array.isArray(value) ? value.map(storedFile) : [];
    case "object":
      return partsOf(field, (part) => entered(part, isParts(value) ? partOf(value, part.key) : undefined));
    case "list":
      return (Array.isArray(value) ? value : []).map((each, index) => row(field, index, "", each));
    case "map":
      return Object.entries(isParts(value) ? value : {}).map(([name, each], index) => row(field, index, name, each));
    case "union": {
      const variant = (field.variants ?? []).findIndex((each) => fits(each, value));
      const chosen = field.variants?.[variant];
      return chosen ? { variant, [variant]: entered(chosen, value) } : { variant: -1 };
    }
    case "json":
      return JSON.stringify(value, null, 2);
    default:
      return String(value);
  }
}

const row = (field: FieldView, index: number, name: string, value: unknown): Row => ({
  id: index + 1,
  name,
  entry: field.item && entered(field.item, value),
});

function positions(field: FieldView, values: readonly unknown[]): number[] {
  const known = (field.choices ?? []).map(({ value }) => JSON.stringify(value));
  return values.map((value) => known.indexOf(JSON.stringify(value))).filter((position) => position >= 0);
}

function storedFile(value: unknown): StoredFile {
  const { filename, url, content_type } = isParts(value) ? value : { url: value, filename: "", content_type: "" };
  const address = String(url ?? "");
  return {
    filename: String(filename || address.split("/").at(-1) || "File"),
    url: address,
    content_type: String(content_type ?? ""),
    size: null,
  };
}

/** Whether `value` can be what was entered into this variant. */
function fits(field: FieldView, value: unknown): boolean {
  switch (field.kind) {
    case "object":
      return (
        isParts(value) &&
        (field.fields ?? []).every((part) => {
          const present = Object.hasOwn(value, part.key);
          return present ? part.kind !== "choice" || positions(part, [value[part.key]]).length > 0 : !part.required;
        })
      );
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return positions(field, [value]).length > 0;
    case "list":
    case "choices":
    case "files":
      return Array.isArray(value);
    case "map":
      return isParts(value);
    case "json":
      return true;
    default:
      return typeof value === "string";
  }
}

/**
 * As much of `entry` as may be kept and fits the field: no secrets, and nothing of a draft whose form was another one.
 */
export function kept(field: FieldView, entry: Entry): Entry {
  const otherwise = () => blank(field);
  switch (field.kind) {
    case "secret":
      return "";
    case "boolean":
      return typeof entry === "boolean" ? entry : otherwise();
    case "datetime":
      return isParts(entry) ? momentIn(entry) : otherwise();
    case "choice":
    case "choices":
      return Array.isArray(entry) ? entry.filter((each) => field.choices?.[each as number]) : otherwise();
    case "file":
    case "files":
      return Array.isArray(entry) ? entry.filter((each) => isParts(each) && typeof each.url === "string") : otherwise();
    case "object":
      if (entry === null) return isOptional(field) ? null : otherwise();
      return isParts(entry) ? partsOf(field, (part) => kept(part, partOf(entry, part.key))) : otherwise();
    case "list":
    case "map": {
      const { item } = field;
      if (!Array.isArray(entry) || !item) return otherwise();
      const rows = entry.filter((each) => isParts(each) && typeof each.id === "number") as Row[];
      return rows.map(({ id, name, entry: inner }) => ({ id, name: textOf(name), entry: kept(item, inner) }));
    }
    case "union": {
      const variants = (field.variants ?? []).map((each, index): [string, Entry] => [
        String(index),
        isParts(entry) && Object.hasOwn(entry, index) ? kept(each, entry[index]) : undefined,
      ]);
      if (!isParts(entry) || typeof entry.variant !== "number") return otherwise();
      return { variant: entry.variant, ...Object.fromEntries(variants.filter(([, each]) => each !== undefined)) };
    }
    default:
      return typeof entry === "string" ? entry : otherwise();
  }
}
