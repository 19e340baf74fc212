// Parts of a whole. What the keys of the data are called is not said anywhere, so the first text names a part and the first
// number measures it; common names go first.
import type { ComponentProps } from "./component";
import { usePointer } from "./pointer";
import { type Props, rowsOf, textOf } from "./props";
import { colour, Readings } from "./readings";
import { exact } from "./scale";

const LABELS = ["name", "label", "title", "category", "key"];
const VALUES = ["value", "count", "amount", "total", "y"];
const MAX_PARTS = 60;
const RADIUS = 84;
const HOLE = 50;

interface Part {
  readonly label: string;
  readonly value: number;
}

export function PieChart({ props }: ComponentProps) {
  const parts = rowsOf(props.data)
    .slice(0, MAX_PARTS)
    .map(partOf)
    .filter(({ value }) => value > 0);
  const title = textOf(props.title);
  return (
    <figure class="nbc-ui-chart" aria-label={title ?? "Pie chart"}>
      {title && <figcaption class="nbc-ui-card-title">{title}</figcaption>}
      {parts.length === 0 ? (
        <p class="nbc-muted">There is nothing to draw.</p>
      ) : (
        <Pie name={title ?? "Pie chart"} parts={parts} />
      )}
    </figure>
  );
}

function partOf(row: Props, index: number): Part {
  const keys = Object.keys(row);
  const first = (names: readonly string[], type: string) =>
    [...names, ...keys].find((key) => typeof row[key] === type && Object.hasOwn(row, key)) ?? "";
  const value = row[first(VALUES, "number")];
  return {
    label: textOf(row[first(LABELS, "string")]) ?? `Part ${index + 1}`,
    value: typeof value === "number" && Number.isFinite(value) ? value : 0,
  };
}

function Pie({ name, parts }: { name: string; parts: readonly Part[] }) {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const share = (index: number) => `${exact(Math.round((1000 * (parts[index]?.value ?? 0)) / total) / 10)} %`;
  const saying = (index: number) => `${parts[index]?.label}: ${exact(parts[index]?.value ?? 0)}, ${share(index)}`;
  const { at, point, slider } = usePointer(parts.length, `${name}, parts`, saying);
  let angle = 0;
  const slices = parts.map(({ value }) => {
    const from = angle;
    angle += (2 * Math.PI * value) / total;
    return { from, to: angle };
  });
  return (
    <>
      <div class="nbc-ui-pie">
        <div class="nbc-ui-plot" {...slider}>
          <svg aria-hidden="true" width="180" height="180" viewBox="-90 -90 180 180">
            {slices.map(({ from, to }, index) => (
              <path
                key={index}
                class={at === null || at === index ? undefined : "nbc-ui-faded"}
                d={slice(from, to)}
                style={{ fill: colour(index) }}
                onPointerEnter={() => point(index)}
              />
            ))}
            <text class="nbc-ui-pie-share" text-anchor="middle" dy="-0.05em">
              {at === null ? exact(total) : share(at)}
            </text>
            <text class="nbc-ui-pie-name" text-anchor="middle" dy="1.5em">
              {at === null ? "total" : (parts[at]?.label.slice(0, 14) ?? "")}
            </text>
          </svg>
        </div>
        <ul class="nbc-ui-legend" aria-hidden="true">
          {parts.map(({ label }, index) => (
            <li key={index} onPointerEnter={() => point(index)} onPointerLeave={() => point(null)}>
              <span style={{ background: colour(index) }} />
              {label} <b>{share(index)}</b>
            </li>
          ))}
        </ul>
      </div>
      <Readings
        head="Part"
        labels={parts.map(({ label }) => label)}
        series={[{ name: "Value", values: parts.map(({ value }) => value) }]}
      />
    </>
  );
}

function slice(from: number, to: number): string {
  const end = Math.min(to, from + 2 * Math.PI - 1e-4); // an arc to where it began draws nothing
  const large = end - from > Math.PI ? 1 : 0;
  const place = (angle: number, radius: number) =>
    `${(radius * Math.sin(angle)).toFixed(2)} ${(-radius * Math.cos(angle)).toFixed(2)}`;
  return `M${place(from, RADIUS)}A${RADIUS} ${RADIUS} 0 ${large} 1 ${place(end, RADIUS)}L${place(end, HOLE)}A${HOLE} ${HOLE} 0 ${large} 0 ${place(from, HOLE)}Z`;
}
