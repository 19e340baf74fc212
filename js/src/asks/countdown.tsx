// How long an ask still waits, in words and as a line that becomes shorter, and what happens then. The kernel's clock decides;
// `skew` is how far this page's clock is behind it.
import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { AskView } from "../protocol";

export function Countdown({ ask, deadline, skew }: { ask: AskView; deadline: number; skew: number }) {
  const now = useSignal(Date.now());
  useLayoutEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [now]);
  const exactly = Math.max(0, deadline - (now.value / 1000 + skew));
  const left = Math.ceil(exactly);
  const after = afterwards(ask);
  return (
    <>
      <span class={left <= 10 ? "nbc-countdown nbc-is-short" : "nbc-countdown"}>
        {left === 0 && "Time is up"}
        {left > 0 && <span aria-hidden="true">{clock(left)} left</span>}
        {left > 0 && <span class="nbc-unseen">{roughly(left)}</span>}
        {after && <span>, {after}</span>}
      </span>
      <span class={left <= 10 ? "nbc-time nbc-is-short" : "nbc-time"} aria-hidden="true">
        <span style={{ width: `${Math.min(100, (100 * exactly) / Math.max(1, deadline - ask.at))}%` }} />
      </span>
    </>
  );
}

/** What counts as the answer when nobody gives one; nothing to say when the workflow decides. */
function afterwards({ on_timeout, options }: AskView): string | null {
  if (on_timeout === undefined) return null;
  const choice = (on_timeout as { choice?: unknown } | null)?.choice;
  const option = options.find(({ value }) => value === choice);
  return option ? `then “${option.label}”` : "then it is answered by default";
}

/** 151 -> "2:31" */
export function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Without the ticking: it changes once a minute. */
export function roughly(seconds: number): string {
  if (seconds < 60) return "Less than a minute left";
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `About ${minutes} minutes left` : `About ${Math.round(minutes / 60)} hours left`;
}
