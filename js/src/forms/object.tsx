// A form in a form: the fields of an object. One that may be left out is there after it was asked for.
import type { FieldView } from "../protocol";
import { type ControlProps, useForm } from "./control";
import { type Entry, filledIn, isOptional, isParts, partOf } from "./entry";
import { afterDrawing, focusFirst } from "./focus";
import { inside, type Place } from "./place";
import { Row } from "./row";

interface FieldsProps {
  readonly fields: readonly FieldView[];
  readonly entry: Entry;
  readonly place: Place;
}

/** The fields of an object, one below the other. */
export function Fields({ fields, entry, place }: FieldsProps) {
  const { draw } = useForm();
  const parts = isParts(entry) ? entry : {};
  return (
    <div class="nbc-fields">
      {fields.map((field) => draw({ field, entry: partOf(parts, field.key), place: inside(place, field.key) }))}
    </div>
  );
}

export function ObjectControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const set = (there: boolean, button: HTMLElement) => {
    const row = button.closest<HTMLElement>(".nbc-field");
    state.change(place, () => (there ? filledIn(field) : null));
    state.drop(place);
    afterDrawing(() => focusFirst(row, there ? "input, select, textarea, button" : "button"));
  };
  return (
    <Row field={field} place={place} isGroup>
      {({ "aria-invalid": isInvalid, "aria-required": _, ...attributes }) => (
        <div {...attributes} role="group" data-invalid={isInvalid} class={isParts(entry) ? "nbc-part" : undefined}>
          {isParts(entry) && <Fields fields={field.fields ?? []} entry={entry} place={place} />}
          {!isParts(entry) && (
            <button type="button" class="nbc-small-button" onClick={({ currentTarget }) => set(true, currentTarget)}>
              Add
            </button>
          )}
          {isParts(entry) && isOptional(field) && (
            <button type="button" class="nbc-small-button" onClick={({ currentTarget }) => set(false, currentTarget)}>
              Leave out
            </button>
          )}
        </div>
      )}
    </Row>
  );
}
