// Numbers as text: what a person may write, and how it is sent without losing a digit.

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;
/** A number with up to this many digits is the same after a journey through a JavaScript number. */
const FAITHFUL_DIGITS = 15;

/** What is wrong with `text` as a number; null when nothing is. */
export function numberProblem(text: string, whole: boolean): string | null {
  const written = text.trim();
  if (whole ? WHOLE.test(written) : NUMBER.test(written)) return null;
  const bare = written.replaceAll(",", "");
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(written)) return `Leave the commas out: ${bare}`;
  if (/^[+-]?\d+,\d+$/.test(written) && !whole) return `Write decimals with a point: ${written.replace(",", ".")}`;
  return whole ? "Enter a whole number." : "Enter a number.";
}

/** What is sent for it: a number, or the digits themselves where a number would not keep them all. */
export function numberInput(text: string): number | string {
  const written = text.trim().replace(/^\+/, "");
  const digits = written.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "");
  const number = Number(written);
  return digits.length <= FAITHFUL_DIGITS && Number.isFinite(number) ? number : written;
}

/** 10000 -> "10,000" */
export const shown = (value: number): string => value.toLocaleString("en-GB", { maximumFractionDigits: 20 });
