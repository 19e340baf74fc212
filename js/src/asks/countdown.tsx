// How long an ask still waits. The kernel's clock decides; `skew` is how far this page's clock is behind it.
import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

export function Countdown({ deadline, skew }: { deadline: number; skew: number }) {
  const now = useSignal(Date.now());
  useLayoutEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [now]);
  const left = Math.max(0, Math.ceil(deadline - (now.value / 1000 + skew)));
  if (left === 0) return <span class="nbc-countdown">Time is up</span>;
  return (
    <span class={left <= 10 ? "nbc-countdown nbc-is-short" : "nbc-countdown"}>
      <span aria-hidden="true">{clock(left)} left</span>
      <span class="nbc-unseen">{roughly(left)}</span>
    </span>
  );
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
