// One of several kinds of thing: first which, then its fields. What was entered for another one comes back with it.

import type { FieldView } from "../protocol";
import { type ControlProps, useForm } from "./control";
import { blank, type Entry, filledIn, isOptional, isParts, partOf } from "./entry";
import { Fields } from "./object";
import { inside } from "./place";
import { Row } from "./row";

export function UnionControl({ field, entry, place }: ControlProps) {
  const { state, draw } = useForm();
  const parts = isParts(entry) ? entry : {};
  const chosen = Number(parts.variant ?? -1);
  const variant = field.variants?.[chosen];
  const where = inside(place, String(chosen), null);
  const choose = (index: number) =>
    state.change(place, (now) => {
      const known: Record<string, Entry> = isParts(now) ? now : {};
      const next = field.variants?.[index];
      const start = next && (next.kind === "object" ? filledIn(next) : blank(next));
      return { ...known, variant: index, [index]: known[index] ?? start };
    });
  return (
    <>
      <Row field={field} place={place}>
        {(attributes) => (
          <select
            {...attributes}
            class="nbc-input"
            value={String(chosen)}
            onChange={({ currentTarget: { value } }) => choose(Number(value))}
            onBlur={() => state.leave(place)}
          >
            {(chosen < 0 || isOptional(field)) && <option value="-1">{isOptional(field) ? "–" : "Choose…"}</option>}
            {field.variants?.map((each, index) => (
              <option key={index} value={String(index)}>
                {nameOf(each)}
              </option>
            ))}
          </select>
        )}
      </Row>
      {variant?.kind === "object" && (
        <div role="group" aria-label={nameOf(variant)} class="nbc-part">
          <Fields
            key={chosen}
            fields={variant.fields?.filter(({ key }) => key !== field.discriminator) ?? []}
            entry={partOf(parts, String(chosen))}
            place={where}
          />
        </div>
      )}
      {variant && variant.kind !== "object" && (
        <div class="nbc-part" key={chosen}>
          {draw({ field: variant, entry: partOf(parts, String(chosen)), place: { ...where, name: nameOf(variant) } })}
        </div>
      )}
    </>
  );
}

const KINDS: Partial<Record<FieldView["kind"], string>> = {
  text: "Text",
  integer: "Whole number",
  number: "Number",
  boolean: "Yes or no",
  list: "List",
  map: "Names and values",
};

/** What a variant is called: its own name, else what kind of thing it is. */
const nameOf = (variant: FieldView): string => variant.label || (KINDS[variant.kind] ?? variant.kind);
