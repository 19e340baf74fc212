// How a run ended: with a value, or with an exception.
import type { ErrorItem, ResultItem } from "../protocol";
import type { ItemProps } from "./item";
import { FoldedJson, isScalar, pretty, Scrolled } from "./json";

/** A value of up to this many lines is shown unfolded. */
const SHORT_LINES = 12;

export function ResultView({ item }: ItemProps<ResultItem>) {
  if (isScalar(item.value)) {
    return (
      <div class="nbc-result">
        <span class="nbc-caption">Result</span>
        <span class="nbc-value">{String(item.value)}</span>
      </div>
    );
  }
  const isShort = pretty(item.value).split("\n").length <= SHORT_LINES;
  return <FoldedJson summary="Result" value={item.value} open={isShort} />;
}

export function ErrorView({ item }: ItemProps<ErrorItem>) {
  return (
    <div class="nbc-failure">
      <strong class="nbc-failure-type">{item.type}</strong>
      {item.message && <div class="nbc-failure-message">{item.message}</div>}
      {item.traceback && (
        <details class="nbc-fold">
          <summary>Traceback</summary>
          <Scrolled text={item.traceback} label="Traceback" />
        </details>
      )}
    </div>
  );
}
