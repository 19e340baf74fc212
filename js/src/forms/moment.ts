// A date with a time: what the browser's field holds, and in which zone it is meant.

export interface Moment {
  /** As `<input type="datetime-local">` has it: 2025-01-15T10:00 */
  readonly at: string;
  /** "local" (the zone of this browser), "Z", an offset like +05:30, or "" for a time without a zone. */
  readonly zone: string;
  /** The text it was made from, for as long as nobody has touched it: it may be more exact than the field. */
  readonly given?: string;
}

const TEXT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)\d*(Z|[+-]\d\d:?\d\d)?$/i;

/** The moment that a date-time in ISO 8601 says. One with an offset is shown in the zone of this browser. */
export function momentOf(text: string): Moment {
  const [, day, time, zone] = TEXT.exec(text) ?? [];
  if (!day || !time) return { at: "", zone: "local" };
  if (!zone) return { at: `${day}T${short(time)}`, zone: "", given: text };
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? { at: "", zone: "local" } : { at: localText(date), zone: "local", given: text };
}

/** Without the seconds when there are none. */
const short = (time: string): string => time.replace(/:00(\.0+)?$/, (tail, _, at) => (at >= 5 ? "" : tail));

/** A date as a local field has it. */
function localText(date: Date): string {
  const text = new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
  const [day, time] = text.split("T");
  return `${day}T${short(time ?? "")}`;
}

/** What is sent: ISO 8601 with the offset that holds on that day. */
export function momentText({ at, zone, given }: Moment): string {
  if (given) return given;
  const full = /T\d\d:\d\d$/.test(at) ? `${at}:00` : at;
  return full + (zone === "local" ? offset(new Date(at)) : zone);
}

/** What is wrong with it; null when nothing is. */
export function momentProblem({ at, zone, given }: Moment): string | null {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "Enter a date and a time.";
  const skipped = !given && zone === "local" && localText(date) !== at;
  return skipped ? "There is no such time on this day: the clocks are put forward. Choose another." : null;
}

/** +01:00 */
function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const part = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${part(minutes / 60)}:${part(minutes % 60)}`;
}

/** The zones to choose from: value and label. `at` decides which offset this browser's zone has. */
export function zones({ at }: Moment): Array<[value: string, label: string]> {
  const date = new Date(at);
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const here = `${name} (UTC${offset(Number.isNaN(date.getTime()) ? new Date() : date)})`;
  return [
    ["local", name === "UTC" ? "UTC" : here],
    ...(name === "UTC" ? [] : [["Z", "UTC"] as [string, string]]),
    ["", "No time zone"],
  ];
}
