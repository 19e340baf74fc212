// Dates and times, with the browser's own fields: they know the order of day and month, and can be typed into.
import { type ControlProps, useForm } from "./control";
import { momentIn, textOf, UNFINISHED } from "./entry";
import { zones } from "./moment";
import { Row } from "./row";

/** Without it a browser takes a year of six digits. */
const LAST_DAY = "9999-12-31";

export function DateControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const text = textOf(entry);
  return (
    <Row field={field} place={place}>
      {(attributes) => (
        <input
          {...attributes}
          class="nbc-input nbc-is-short-input"
          type={field.kind === "time" ? "time" : "date"}
          max={field.kind === "time" ? undefined : LAST_DAY}
          value={text === UNFINISHED ? "" : text}
          onInput={({ currentTarget: { value } }) => state.change(place, () => value)}
          onBlur={({ currentTarget: { value, validity } }) => {
            // A date that is typed in half has no value, and says so only here.
            const left = validity.badInput ? UNFINISHED : value;
            if (left !== text) state.change(place, () => left);
            state.leave(place);
          }}
        />
      )}
    </Row>
  );
}

export function MomentControl({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const moment = momentIn(entry);
  const change = (part: "at" | "zone", value: string) =>
    state.change(place, (now) => ({ at: momentIn(now).at, zone: momentIn(now).zone, [part]: value }));
  return (
    <Row field={field} place={place}>
      {(attributes) => (
        <div class="nbc-moment">
          <input
            {...attributes}
            class="nbc-input"
            type="datetime-local"
            max={`${LAST_DAY}T23:59`}
            value={moment.at === UNFINISHED ? "" : moment.at}
            onInput={({ currentTarget: { value } }) => change("at", value)}
            onBlur={({ currentTarget: { value, validity } }) => {
              const left = validity.badInput ? UNFINISHED : value;
              if (validity.badInput || moment.at === UNFINISHED) change("at", left);
              state.leave(place);
            }}
          />
          <select
            class="nbc-input"
            aria-label="Time zone"
            aria-describedby={attributes["aria-describedby"]}
            value={moment.zone}
            onChange={({ currentTarget: { value } }) => change("zone", value)}
          >
            {zones(moment).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
    </Row>
  );
}
