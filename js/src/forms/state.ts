// What one open form knows: what was entered, and what is wrong with it. It draws nothing.
//
// A mistake is shown when the person leaves the field, not while the first character is typed; what is missing is shown when
// the form is sent. What the kernel said about a field stays until that field is edited.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { FieldError, FieldView } from "../protocol";
import { check } from "./check";
import { type Entry, isParts, partOf, type Row, rowsOf } from "./entry";
import { isWithin, locate, type Place } from "./place";
import { answerOf } from "./value";

export class FormState {
  readonly field: FieldView;
  readonly #entry;
  readonly #left = signal<ReadonlySet<string>>(new Set());
  readonly #refused = signal<ReadonlyMap<string, string>>(new Map());
  readonly #wasSent = signal(false);
  /** The files on their way, by the place of their field. The form waits for them. */
  readonly #uploads = signal<ReadonlyMap<string, number>>(new Map());
  /** What to show as wrong, by the id of its place. */
  readonly errors: ReadonlySignal<ReadonlyMap<string, string>>;

  constructor(field: FieldView, entry: Entry) {
    this.field = field;
    this.#entry = signal(entry);
    this.errors = computed(() => this.#shownErrors());
  }

  get entry(): ReadonlySignal<Entry> {
    return this.#entry;
  }

  change(place: Place, update: (entry: Entry) => Entry): void {
    this.#entry.value = amended(this.#entry.peek(), place.steps, update);
    if (![...this.#refused.peek().keys()].some((id) => isWithin(id, place.id))) return;
    this.#refused.value = new Map([...this.#refused.peek()].filter(([id]) => !isWithin(id, place.id)));
  }

  /** The person has been in this field and went on. */
  leave(place: Place): void {
    if (!this.#left.peek().has(place.id)) this.#left.value = new Set(this.#left.peek()).add(place.id);
  }

  /** Nothing is known about this place any more: what stood there was removed. */
  drop(place: Place): void {
    this.#left.value = new Set([...this.#left.peek()].filter((id) => !isWithin(id, place.id)));
    this.#refused.value = new Map([...this.#refused.peek()].filter(([id]) => !isWithin(id, place.id)));
  }

  uploading(place: Place, count: number): void {
    this.#uploads.value = new Map(this.#uploads.peek()).set(place.id, count);
  }

  /** The answer, when nothing is known against it. All that is wrong is shown from now on. */
  submit(): { readonly value: unknown } | null {
    this.#wasSent.value = true;
    this.#refused.value = new Map();
    return this.errors.peek().size > 0 ? null : { value: answerOf(this.field, this.#entry.peek()) };
  }

  /** What the kernel says, by the places it says it about; and what belongs to no field. */
  sorted(errors: readonly FieldError[]): { placed: ReadonlyMap<string, string>; others: readonly FieldError[] } {
    const placed = new Map<string, string>();
    const others: FieldError[] = [];
    for (const error of errors) {
      const { place, field, rest } = locate(this.field, this.#entry.peek(), error.path);
      const line = { path: rest, message: error.message };
      if (place.id === "" && field.kind === "object") others.push({ path: [], message: joined(undefined, line) });
      else placed.set(place.id, joined(placed.get(place.id), line));
    }
    return { placed, others };
  }

  /** Shows what the kernel said, each until its field is edited. */
  refuse(placed: ReadonlyMap<string, string>): void {
    this.#refused.value = placed;
  }

  #shownErrors(): ReadonlyMap<string, string> {
    const shown = new Map<string, string>();
    for (const [id, { message, missing }] of check(this.field, this.#entry.value)) {
      if (this.#wasSent.value || (!missing && this.#left.value.has(id))) shown.set(id, message);
    }
    for (const [id, count] of this.#uploads.value) {
      if (count > 0 && this.#wasSent.value) shown.set(id, "A file is still on its way.");
    }
    for (const [id, message] of this.#refused.value) shown.set(id, message);
    return shown;
  }
}

interface Line {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** `before` and one more line; what is already there is not said again (each member of a union may say the same). */
function joined(before: string | undefined, { path, message }: Line): string {
  const line = path.length > 0 ? `${path.join(" › ")}: ${message}` : message;
  if (!before) return line;
  return before.split("\n").includes(line) ? before : `${before}\n${line}`;
}

/** `entry` with the part that `steps` lead to replaced; a part that is no longer there stays away. */
function amended(entry: Entry, steps: Place["steps"], update: (entry: Entry) => Entry): Entry {
  const [step, ...rest] = steps;
  if (step === undefined) return update(entry);
  if (typeof step === "number") {
    const amend = (row: Row): Row => (row.id === step ? { ...row, entry: amended(row.entry, rest, update) } : row);
    return rowsOf(entry).map(amend);
  }
  if (!isParts(entry)) return entry;
  return { ...entry, [step]: amended(partOf(entry, step), rest, update) };
}
