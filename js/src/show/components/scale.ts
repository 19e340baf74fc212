// Numbers to places on an axis.

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** About `count` round numbers around `low` to `high`; a bound that is `fixed` stays as it is. */
export function niceScale(low: number, high: number, fixed: { low: boolean; high: boolean }, count = 5): Scale {
  const top = high > low ? high : low + (Math.abs(low) || 1);
  const step = niceStep((top - low) / count);
  const first = fixed.low ? low : Math.floor(low / step) * step;
  const last = fixed.high ? top : Math.ceil(top / step) * step;
  const ticks: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last + step * 1e-6 && ticks.length < 20; tick += step) {
    ticks.push(Number(tick.toPrecision(12)));
  }
  return { low: first, high: last, ticks };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10;
  return factor * power;
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

/** For an axis. */
export const compact = (value: number): string =>
  Math.abs(value) >= 10_000 ? short.format(value) : whole.format(value);
/** For a person who wants to know. */
export const exact = (value: number): string => whole.format(value);
