// What the workflow does: one quiet line for an activity, a small card for a task.
import type { ActivityItem, TaskItem } from "../protocol";
import type { ItemProps } from "./item";
import { FoldedJson, isScalar } from "./json";
import { Shown } from "./shown";
import { StatusIcon } from "./status";

/** With its arguments it is a card to look into. */
export function ActivityView({ item }: ItemProps<ActivityItem>) {
  const line = <ActivityLine item={item} />;
  return item.arguments ? <Shown draw={(show) => <show.CallView item={item} />} instead={line} /> : line;
}

function ActivityLine({ item }: ItemProps<ActivityItem>) {
  return (
    <div class="nbc-activity">
      <StatusIcon status={item.status} />
      <span class="nbc-work-name">{item.name}</span>
      {item.attempt > 1 && <span class="nbc-muted">attempt {item.attempt}</span>}
      {item.error && item.status !== "completed" && <span class="nbc-work-error">{item.error}</span>}
    </div>
  );
}

export function TaskView({ item }: ItemProps<TaskItem>) {
  return (
    <div class="nbc-card">
      <div class="nbc-activity">
        <StatusIcon status={item.status} />
        <span class="nbc-work-name">{item.type}</span>
        {item.error && <span class="nbc-work-error">{item.error}</span>}
        {isScalar(item.state) && item.state !== null && <span class="nbc-muted">{String(item.state)}</span>}
      </div>
      {!isScalar(item.state) && <FoldedJson summary="Details" value={item.state} />}
    </div>
  );
}
