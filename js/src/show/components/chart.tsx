// Lines or bars.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentProps } from "./component";
import { usePointer } from "./pointer";
import { oneOf, type Props, rowsOf, textOf } from "./props";
import { colour, Legend, Readings, type Series } from "./readings";
import { compact, exact, niceScale, type Scale } from "./scale";

const HEIGHT = 240;
const TOP = 12;
const BOTTOM = 26;
const RIGHT = 12;
/** Of a letter of an axis. */
const LETTER = 6.6;
const MAX_LABEL = 14;
const MAX_ROWS = 2_000;
const MAX_SERIES = 24;

export function Chart({ props }: ComponentProps) {
  const rows = rowsOf(props.data).slice(0, MAX_ROWS);
  const xAxis = textOf(props.xAxis) ?? "";
  const names = (Array.isArray(props.yAxis) ? props.yAxis : [props.yAxis])
    .map(textOf)
    .filter((name) => name !== undefined);
  const series = [...new Set(names)]
    .slice(0, MAX_SERIES)
    .map((name) => ({ name, values: rows.map((row) => numberOf(row[name])) }));
  const labels = rows.map((row) => textOf(row[xAxis]) ?? "");
  const title = textOf(props.title);
  const numbers = series.flatMap(({ values }) => values.filter((value) => value !== null));
  return (
    <figure class="nbc-ui-chart" aria-label={title ?? "Chart"}>
      {title && <figcaption class="nbc-ui-card-title">{title}</figcaption>}
      {numbers.length === 0 ? (
        <p class="nbc-muted">There is nothing to draw.</p>
      ) : (
        <>
          <Plot
            name={title ?? "Chart"}
            isBar={oneOf(props.variant, ["line", "bar"], "line") === "bar"}
            labels={labels}
            series={series}
            scale={scaleOf(numbers, props)}
          />
          <Legend names={series.map(({ name }) => name)} />
          <Readings head={xAxis} labels={labels} series={series} />
        </>
      )}
    </figure>
  );
}

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** From zero unless told otherwise: bars of a cut axis mislead, and lines do. */
function scaleOf(numbers: readonly number[], { yMin, yMax }: Props): Scale {
  const least = numbers.reduce((low, each) => Math.min(low, each));
  const most = numbers.reduce((high, each) => Math.max(high, each));
  const low = numberOf(yMin);
  const high = numberOf(yMax);
  return niceScale(low ?? (yMin === "dataMin" || yMin === "auto" ? least : Math.min(0, least)), high ?? most, {
    low: low !== null || yMin === "dataMin",
    high: high !== null || yMax === "dataMax",
  });
}

interface PlotProps {
  readonly name: string;
  readonly isBar: boolean;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly scale: Scale;
}

function Plot({ name, isBar, labels, series, scale }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const count = labels.length;
  const saying = (index: number) =>
    `${labels[index]}: ${series.map(({ name: of, values }) => `${of} ${said(values[index])}`).join(", ")}`;
  const { at, point, slider } = usePointer(count, `${name}, points`, saying);
  const left = 12 + LETTER * Math.max(...scale.ticks.map((tick) => compact(tick).length));
  const step = (width - left - RIGHT) / (isBar ? count : Math.max(1, count - 1));
  const x = (index: number) =>
    left + (isBar ? step * (index + 0.5) : count === 1 ? (width - left - RIGHT) / 2 : step * index);
  const y = (value: number) => {
    const share = (Math.max(scale.low, Math.min(scale.high, value)) - scale.low) / (scale.high - scale.low);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  const onPointerMove = (event: PointerEvent) => {
    const place = event.clientX - (box.current?.getBoundingClientRect().left ?? 0) - left;
    point(isBar ? Math.floor(place / step) : Math.round(place / step));
  };
  return (
    <div ref={box} class="nbc-ui-plot" {...slider} onPointerMove={onPointerMove}>
      <svg aria-hidden="true" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`}>
        <Axes {...{ scale, labels, x, y, left, width, step }} />
        {at !== null && (
          <line
            class="nbc-ui-cursor"
            x1={x(at)}
            x2={x(at)}
            y1={TOP}
            y2={HEIGHT - BOTTOM}
            style={isBar ? { strokeWidth: step } : {}}
          />
        )}
        {series.map((each, index) =>
          isBar ? (
            <Bars
              key={each.name}
              {...{ each, index, of: series.length, x, y, step, base: y(Math.max(scale.low, Math.min(0, scale.high))) }}
            />
          ) : (
            <Line key={each.name} {...{ each, index, x, y, at }} />
          ),
        )}
      </svg>
      {at !== null && (
        <div
          class="nbc-ui-point"
          style={x(at) > width / 2 ? { right: `${width - x(at) + 10}px` } : { left: `${x(at) + 10}px` }}
        >
          <strong>{labels[at]}</strong>
          {series.map((each, index) => (
            <span key={each.name}>
              <i style={{ background: colour(index) }} />
              {each.name} <b>{said(each.values[at])}</b>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

const said = (value: number | null | undefined): string => (typeof value === "number" ? exact(value) : "–");

interface AxesProps {
  readonly scale: Scale;
  readonly labels: readonly string[];
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly width: number;
  readonly step: number;
}

function Axes({ scale, labels, x, y, left, width, step }: AxesProps) {
  const short = labels.map((label) => (label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label));
  const widest = LETTER * Math.max(1, ...short.map((label) => label.length)) + 8;
  const every = Math.max(1, Math.ceil(widest / step));
  return (
    <g class="nbc-ui-axes">
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text x={left - 6} y={y(tick)} dy="0.35em" text-anchor="end">
            {compact(tick)}
          </text>
        </g>
      ))}
      {short.map((label, index) =>
        index % every === 0 ? (
          <text key={index} x={x(index)} y={HEIGHT - 8} text-anchor={anchorAt(x(index), widest, width)}>
            {label}
          </text>
        ) : null,
      )}
    </g>
  );
}

/** Labels at the edges do not stick out. */
const anchorAt = (place: number, widest: number, width: number): string =>
  place + widest / 2 > width ? "end" : place - widest / 2 < 0 ? "start" : "middle";

interface DrawnProps {
  readonly each: Series;
  readonly index: number;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

function Bars({ each, index, of, x, y, step, base }: DrawnProps & { of: number; step: number; base: number }) {
  const width = Math.max(1, Math.min(48, (step * 0.72) / of));
  return (
    <g style={{ fill: colour(index) }}>
      {each.values.map((value, place) =>
        value === null ? null : (
          <rect
            key={place}
            x={x(place) + (index - of / 2) * width + (width > 3 ? 1 : 0)}
            y={Math.min(y(value), base)}
            width={width > 3 ? width - 2 : width}
            height={Math.max(1, Math.abs(base - y(value)))}
            rx={width > 8 ? 2 : 0}
          />
        ),
      )}
    </g>
  );
}

/** A line is broken where there is no number. */
function Line({ each, index, x, y, at }: DrawnProps & { at: number | null }) {
  let isDown = false;
  const path = each.values.map((value, place) => {
    const command = value === null ? "" : `${isDown ? "L" : "M"}${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = value !== null;
    return command;
  });
  const points = each.values.map((value, place) => ({ value, place }));
  const withDots = points.length <= 40 ? points : points.filter(({ place }) => place === at);
  return (
    <g style={{ stroke: colour(index), fill: colour(index) }}>
      <path d={path.join("")} fill="none" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" />
      {withDots.map(({ value, place }) =>
        value === null ? null : (
          <circle key={place} cx={x(place)} cy={y(value)} r={place === at ? 4.5 : 2.5} stroke="none" />
        ),
      )}
    </g>
  );
}

function useWidth(box: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const follow = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    follow.observe(element); // it reports before the first painting, too
    return () => follow.disconnect();
  }, [box]);
  return width;
}
