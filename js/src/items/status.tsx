// How something that is being done is doing.
import type { ActivityItem } from "../protocol";

export type Status = ActivityItem["status"];

const WORDS: Record<Status, string> = {
  running: "running",
  retrying: "retrying",
  completed: "done",
  failed: "failed",
};
const SIGNS: Record<Status, string> = { running: "", retrying: "", completed: "✓", failed: "✕" };

export function StatusIcon({ status }: { status: Status }) {
  return (
    <span class={`nbc-icon nbc-icon-${status}`} role="img" aria-label={WORDS[status] ?? status}>
      {SIGNS[status] ?? "•"}
    </span>
  );
}
