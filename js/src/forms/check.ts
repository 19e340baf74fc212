// What the browser can know about an entry before the kernel has seen it. The kernel decides: what is uncertain passes here.
import type { FieldView } from "../protocol";
import {
  chosenOf,
  type Entry,
  filesOf,
  isOptional,
  isParts,
  momentIn,
  partOf,
  rowsOf,
  textOf,
  UNFINISHED,
} from "./entry";
import { momentProblem } from "./moment";
import { numberProblem, shown } from "./number";
import { inside, type Place, ROOT } from "./place";

export interface Problem {
  readonly message: string;
  /** Nothing was entered yet, which is no mistake before the form is sent. */
  readonly missing: boolean;
}

/** Text longer than this is not held against a pattern here. */
const PATTERN_LENGTH = 2000;
/** A repetition of a group that itself repeats: such a pattern can take for ever in a browser, and no time in the kernel. */
const SLOW_PATTERN = /\([^)]*[+*}][^)]*\)[+*{]/;

/** Every problem, by the id of its place. */
export function check(field: FieldView, entry: Entry, place: Place = ROOT): Map<string, Problem> {
  const problems = new Map<string, Problem>();
  const problem = ownProblem(field, entry);
  if (problem) problems.set(place.id, problem);
  for (const [part, inner, where] of children(field, entry, place)) {
    for (const [id, each] of check(part, inner, where)) problems.set(id, each);
  }
  return problems;
}

function* children(field: FieldView, entry: Entry, place: Place): Generator<[FieldView, Entry, Place]> {
  if (field.kind === "object" && isParts(entry)) {
    for (const part of field.fields ?? []) yield [part, partOf(entry, part.key), inside(place, part.key)];
  }
  if ((field.kind === "list" || field.kind === "map") && field.item) {
    for (const row of rowsOf(entry)) yield [{ ...field.item, required: true }, row.entry, inside(place, row.id)];
  }
  if (field.kind === "union" && isParts(entry)) {
    const variant = field.variants?.[Number(entry.variant)];
    if (variant) {
      const tagless = { ...variant, fields: variant.fields?.filter(({ key }) => key !== field.discriminator) ?? [] };
      const step = String(entry.variant);
      yield [variant.fields ? tagless : variant, partOf(entry, step), inside(place, step, null)];
    }
  }
}

const missing = (message: string): Problem => ({ message, missing: true });

function ownProblem(field: FieldView, entry: Entry): Problem | null {
  if (isEmpty(field, entry)) return isNeeded(field) ? missing(REQUIRED[field.kind] ?? "Please fill this in.") : null;
  const message = wrong(field, entry);
  return message ? { message, missing: field.kind === "choices" || field.kind === "list" } : null;
}

const REQUIRED: Partial<Record<FieldView["kind"], string>> = {
  choice: "Please choose.",
  choices: "Please choose at least one.",
  file: "Please choose a file.",
  files: "Please choose a file.",
  union: "Please choose.",
  object: "Please fill this in.",
};

function isEmpty(field: FieldView, entry: Entry): boolean {
  switch (field.kind) {
    case "boolean":
      return false;
    case "choice":
    case "choices":
    case "file":
    case "files":
    case "list":
    case "map":
      return !Array.isArray(entry) || entry.length === 0;
    case "datetime":
      return momentIn(entry).at === "";
    case "object":
      return entry === null || entry === undefined;
    case "union":
      return !isParts(entry) || !field.variants?.[Number(entry.variant)];
    case "text":
    case "long_text":
    case "secret":
      return textOf(entry) === "";
    default:
      return textOf(entry).trim() === "";
  }
}

/** Whether nothing is not an answer. Where an empty text or list is one for the kernel, it is one here when it need not be given. */
export function isNeeded(field: FieldView): boolean {
  switch (field.kind) {
    case "text":
    case "long_text":
    case "secret":
      return field.required && !field.nullable && field.default !== "";
    case "choices":
    case "files":
    case "list":
      return !isOptional(field) && (field.min_items ?? 0) > 0;
    case "boolean":
    case "map":
      return false;
    default:
      return !isOptional(field);
  }
}

function wrong(field: FieldView, entry: Entry): string | null {
  switch (field.kind) {
    case "text":
    case "long_text":
    case "secret":
      return textProblem(field, textOf(entry));
    case "integer":
    case "number":
      return numberProblem(textOf(entry), field.kind === "integer") ?? boundProblem(field, Number(textOf(entry)));
    case "date":
      return entry === UNFINISHED ? "Enter a whole date." : null;
    case "time":
      return entry === UNFINISHED ? "Enter a whole time." : null;
    case "datetime":
      return momentProblem(momentIn(entry));
    case "choices":
      return countProblem(field, chosenOf(entry).length, "chosen");
    case "files":
      return countProblem(field, filesOf(entry).length, "chosen");
    case "list":
      return countProblem(field, rowsOf(entry).length, "entered");
    case "map":
      return keyProblem(rowsOf(entry).map(({ name }) => name));
    case "json":
      return jsonProblem(textOf(entry));
    default:
      return null;
  }
}

function textProblem(field: FieldView, text: string): string | null {
  const length = [...text].length; // in characters, as the kernel counts
  const { min_length: min, max_length: max } = field;
  if (min !== undefined && length < min) return `At least ${count(min, "character")}, please.`;
  if (max !== undefined && length > max) return `At most ${count(max, "character")}, please (now ${length}).`;
  return matches(field.pattern, text) ? null : field.error_message || "This does not have the expected format.";
}

const count = (number: number, what: string): string => `${shown(number)} ${what}${number === 1 ? "" : "s"}`;

/** True as well where the kernel may see it differently: another dialect, or characters that it counts as digits or letters. */
function matches(pattern: string | undefined, text: string): boolean {
  if (!pattern || text.length > PATTERN_LENGTH || SLOW_PATTERN.test(pattern)) return true;
  try {
    return new RegExp(pattern, "u").test(text) || /[^\0-\x7f]/.test(text);
  } catch {
    return true;
  }
}

function boundProblem(field: FieldView, value: number): string | null {
  const { minimum, maximum, exclusive_minimum: above, exclusive_maximum: below } = field;
  if (minimum !== undefined && value < minimum) return `Must be ${shown(minimum)} or more.`;
  if (above !== undefined && value <= above) return `Must be more than ${shown(above)}.`;
  if (maximum !== undefined && value > maximum) return `Must be ${shown(maximum)} or less.`;
  if (below !== undefined && value >= below) return `Must be less than ${shown(below)}.`;
  return null;
}

function countProblem({ min_items: min, max_items: max }: FieldView, length: number, done: string): string | null {
  if (min !== undefined && length < min) return `At least ${shown(min)} must be ${done}.`;
  if (max !== undefined && length > max) return `At most ${shown(max)} can be ${done}.`;
  return null;
}

function keyProblem(names: readonly string[]): string | null {
  if (names.includes("")) return "Every entry needs a name.";
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `The name “${twice}” is there twice.`;
}

function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `This is not valid JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
