// Everything that is written on one line or several: text, secrets, numbers, JSON.
import { type ControlProps, useForm } from "./control";
import { textOf } from "./entry";
import { shown } from "./number";
import { Row } from "./row";

const INPUT_TYPES: Record<string, "email" | "url"> = { email: "email", uri: "url" };

export function TextControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const isNumber = field.kind === "integer" || field.kind === "number";
  const isSecret = field.kind === "secret";
  const type = isSecret ? "password" : (INPUT_TYPES[field.format ?? ""] ?? "text");
  return (
    <Row field={field} place={place} hint={isNumber ? rangeOf(field) : (FORMATS[field.format ?? ""] ?? null)}>
      {(attributes) => (
        <input
          {...attributes}
          class={isNumber ? "nbc-input nbc-is-short-input" : "nbc-input"}
          type={type as "text"}
          inputMode={isNumber ? (isUnsigned(field) ? "numeric" : "text") : undefined}
          autocomplete={isSecret ? "new-password" : "off"}
          spellcheck={field.kind === "text" && !field.pattern && !field.format}
          value={textOf(entry)}
          onInput={({ currentTarget: { value } }) => state.change(place, () => value)}
          onBlur={() => state.leave(place)}
        />
      )}
    </Row>
  );
}

/** Keyboards of digits only have no sign. */
const isUnsigned = ({ kind, minimum, exclusive_minimum }: ControlProps["field"]): boolean =>
  kind === "integer" && (minimum ?? exclusive_minimum ?? -1) >= 0;

const FORMATS: Record<string, string> = { duration: "For example PT1H30M, or 01:30:00" };

/** What a number may be, in words. */
function rangeOf(field: ControlProps["field"]): string | null {
  const step = field.kind === "integer" ? 1 : Number.NaN; // between two whole numbers there is a next one
  const { exclusive_minimum: above, exclusive_maximum: below } = field;
  const least = field.minimum ?? (above !== undefined && step ? above + step : undefined);
  const most = field.maximum ?? (below !== undefined && step ? below - step : undefined);
  if (least !== undefined && most !== undefined) return `${shown(least)} to ${shown(most)}`;
  const from = least !== undefined ? `${shown(least)} or more` : above !== undefined && `more than ${shown(above)}`;
  const to = most !== undefined ? `${shown(most)} or less` : below !== undefined && `less than ${shown(below)}`;
  const words = [from, to].filter(Boolean).join(", ");
  return words && words[0]?.toUpperCase() + words.slice(1);
}

/** Text of several lines, and JSON. */
export function LongTextControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const isJson = field.kind === "json";
  const lines = textOf(entry).split("\n").length;
  return (
    <Row field={field} place={place} hint={isJson ? "Written as JSON." : null}>
      {(attributes) => (
        <textarea
          {...attributes}
          class={isJson ? "nbc-input nbc-json" : "nbc-input"}
          spellcheck={!isJson}
          rows={Math.min(12, Math.max(isJson && place.id === "" ? 3 : 2, lines))}
          value={textOf(entry)}
          onInput={({ currentTarget: { value } }) => state.change(place, () => value)}
          onBlur={() => state.leave(place)}
        />
      )}
    </Row>
  );
}
