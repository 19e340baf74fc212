// One line of a form: the label, what helps to fill the field in, the control, and what is wrong with it.
import type { ComponentChildren } from "preact";
import { useElementId } from "../ids";
import type { FieldView } from "../protocol";
import { isNeeded } from "./check";
import { useForm } from "./control";
import type { Place } from "./place";

/** For the control: how it is named, described and marked. */
export interface ControlAttributes {
  readonly id: string;
  readonly "aria-label"?: string;
  readonly "aria-labelledby"?: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
  readonly "aria-required"?: true;
}

interface RowProps {
  readonly field: FieldView;
  readonly place: Place;
  /** Something to know before the field is filled in, beside the field's own description. */
  readonly hint?: string | null;
  /** The control consists of several; the label names all of them together. */
  readonly isGroup?: boolean;
  /** The label is part of the control (a checkbox). */
  readonly isOwnLabel?: boolean;
  readonly children: (attributes: ControlAttributes) => ComponentChildren;
}

export function Row({ field, place, hint, isGroup = false, isOwnLabel = false, children }: RowProps) {
  const { state } = useForm();
  const [id, labelId, hintId, errorId] = [useElementId(), useElementId(), useElementId(), useElementId()];
  const error = state.errors.value.get(place.id);
  const hints = [field.description, hint].filter(Boolean).join(" · ");
  const isMarked = field.required && isNeeded(field) && place.name === undefined;
  const described = [hints && hintId, error && errorId].filter(Boolean).join(" ");
  const attributes: ControlAttributes = {
    id,
    ...(place.name !== undefined && !isOwnLabel
      ? { "aria-label": place.name }
      : isGroup && { "aria-labelledby": labelId }),
    ...(described && { "aria-describedby": described }),
    ...(error && { "aria-invalid": true as const }),
    ...(isMarked && { "aria-required": true as const }),
  };
  return (
    <div class={`nbc-field${error ? " nbc-is-invalid" : ""}`} data-kind={field.kind}>
      <div class="nbc-field-head">
        {place.name === undefined && !isOwnLabel && (
          <Label id={labelId} of={isGroup ? null : id} isMarked={isMarked} text={field.label} />
        )}
        {hints && (
          <span id={hintId} class="nbc-muted">
            {hints}
          </span>
        )}
      </div>
      {children(attributes)}
      {error && (
        <p id={errorId} class="nbc-field-error">
          {error}
        </p>
      )}
    </div>
  );
}

interface LabelProps {
  readonly id: string;
  /** The id of the control; null when there are several. */
  readonly of: string | null;
  readonly isMarked: boolean;
  readonly text: string;
}

function Label({ id, of, isMarked, text }: LabelProps) {
  const look = `nbc-field-label${isMarked ? " nbc-is-required" : ""}`;
  if (of === null) {
    return (
      <div id={id} class={look}>
        {text}
      </div>
    );
  }
  return (
    <label id={id} for={of} class={look}>
      {text}
    </label>
  );
}
