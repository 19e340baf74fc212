// Choosing: yes or no, one of a few, one of many, several.
import { type ControlProps, useForm } from "./control";
import { chosenOf, isOptional } from "./entry";
import { Row } from "./row";

/** Up to this many short options are all shown at once. */
const SHOWN_AT_ONCE = 5;
const SHORT_LABEL = 48;

export function FlagControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  return (
    <Row field={field} place={place} isOwnLabel>
      {(attributes) => (
        <label class="nbc-tick">
          <input
            {...attributes}
            type="checkbox"
            checked={entry === true}
            onChange={({ currentTarget: { checked } }) => state.change(place, () => checked)}
            onBlur={() => state.leave(place)}
          />
          <span>{place.name ?? field.label}</span>
        </label>
      )}
    </Row>
  );
}

export function ChoiceControl(props: ControlProps) {
  const choices = props.field.choices ?? [];
  const isShort = choices.length <= SHOWN_AT_ONCE && choices.every(({ label }) => label.length <= SHORT_LABEL);
  // What need not be chosen must be possible to take back, which a radio button does not know.
  return isShort && !isOptional(props.field) ? <RadioChoice {...props} /> : <SelectChoice {...props} />;
}

function RadioChoice({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  return (
    <Row field={field} place={place} isGroup>
      {({ id, ...attributes }) => (
        <div {...attributes} role="radiogroup" class="nbc-ticks">
          {field.choices?.map(({ label }, index) => (
            <label key={index} class="nbc-tick">
              <input
                type="radio"
                name={id}
                checked={chosenOf(entry)[0] === index}
                onChange={() => state.change(place, () => [index])}
              />
              <span>{label}</span>
            </label>
          ))}
        </div>
      )}
    </Row>
  );
}

function SelectChoice({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const chosen = chosenOf(entry)[0];
  return (
    <Row field={field} place={place}>
      {(attributes) => (
        <select
          {...attributes}
          class="nbc-input"
          value={chosen === undefined ? "" : String(chosen)}
          onChange={({ currentTarget: { value } }) => state.change(place, () => (value === "" ? [] : [Number(value)]))}
          onBlur={() => state.leave(place)}
        >
          {(chosen === undefined || isOptional(field)) && (
            <option value="">{isOptional(field) ? "–" : "Choose…"}</option>
          )}
          {field.choices?.map(({ label }, index) => (
            <option key={index} value={String(index)}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Row>
  );
}

export function ChoicesControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const chosen = chosenOf(entry);
  const toggle = (index: number, isOn: boolean) =>
    state.change(place, (now) =>
      [...chosenOf(now).filter((each) => each !== index), ...(isOn ? [index] : [])].sort((a, b) => a - b),
    );
  return (
    <Row field={field} place={place} isGroup>
      {({ id, "aria-invalid": isInvalid, "aria-required": _, ...attributes }) => (
        <div {...attributes} id={id} role="group" data-invalid={isInvalid} class="nbc-ticks">
          {field.choices?.map(({ label }, index) => (
            <label key={index} class="nbc-tick">
              <input
                type="checkbox"
                checked={chosen.includes(index)}
                onChange={({ currentTarget: { checked } }) => toggle(index, checked)}
              />
              <span>{label}</span>
            </label>
          ))}
        </div>
      )}
    </Row>
  );
}
