// The numbers of a chart, for those who do not see it, or want to see more.
import { exact } from "./scale";

export interface Series {
  readonly name: string;
  /** By place on the x axis; null where there is no number. */
  readonly values: ReadonlyArray<number | null>;
}

const MANY = 200;

export function Readings({
  head,
  labels,
  series,
}: {
  head: string;
  labels: readonly string[];
  series: readonly Series[];
}) {
  return (
    <details class="nbc-fold nbc-ui-readings">
      <summary>Data</summary>
      <div class="nbc-table" tabIndex={0} role="group" aria-label="Data">
        <table>
          <thead>
            <tr>
              <th scope="col">{head}</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.slice(0, MANY).map((label, index) => (
              <tr key={index}>
                <th scope="row">{label}</th>
                {series.map(({ name, values }) => (
                  <td key={name}>{numberOrNothing(values[index])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {labels.length > MANY && <p class="nbc-muted">{labels.length - MANY} more rows are not listed.</p>}
    </details>
  );
}

const numberOrNothing = (value: number | null | undefined): string => (typeof value === "number" ? exact(value) : "");

export function Legend({ names }: { names: readonly string[] }) {
  if (names.length < 2) return null;
  return (
    <ul class="nbc-ui-legend" aria-hidden="true">
      {names.map((name, index) => (
        <li key={name}>
          <span style={{ background: colour(index) }} />
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Eight colours, then from the start again. */
export const colour = (index: number): string => `var(--nbc-series-${(index % 8) + 1})`;
