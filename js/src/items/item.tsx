// One line of the transcript. A kind this page does not know is shown as JSON: a newer kernel must not break an older page.
import type { TodoItem, TranscriptView, WorkingItem } from "../protocol";
import { AnswerView } from "./answer";
import { FoldedJson } from "./json";
import { MessageView } from "./message";
import { ErrorView, ResultView } from "./outcome";
import { Shown } from "./shown";
import { StatusIcon } from "./status";
import { ActivityView, TaskView } from "./work";

export interface ItemProps<Item> {
  readonly item: Item;
}

export function ItemView({ item, caption }: { item: TranscriptView["items"][number]; caption: string | null }) {
  return (
    <div class={`nbc-item nbc-item-${item.kind}`} title={localTime(item.at)}>
      {drawItem(item, caption)}
    </div>
  );
}

function drawItem(item: TranscriptView["items"][number], caption: string | null) {
  switch (item.kind) {
    case "message":
      return <MessageView item={item} />;
    case "answer":
      return <AnswerView item={item} caption={caption} />;
    case "activity":
      return <ActivityView item={item} />;
    case "task":
      return <TaskView item={item} />;
    case "todo":
      return (
        <Shown draw={(show) => <show.TodoView item={item} />} instead={<Waiting what="Todo list" item={item} />} />
      );
    case "working":
      return (
        <Shown draw={(show) => <show.WorkingView item={item} />} instead={<Waiting what={item.title} item={item} />} />
      );
    case "result":
      return <ResultView item={item} />;
    case "error":
      return <ErrorView item={item} />;
    default:
      return <FoldedJson summary={String((item as { kind?: unknown }).kind ?? "Item")} value={item} />;
  }
}

function Waiting({ what, item }: { what: string; item: TodoItem | WorkingItem }) {
  return (
    <div class="nbc-activity">
      <StatusIcon status={item.status} />
      <span class="nbc-work-name">{what}</span>
    </div>
  );
}

function localTime(at: unknown): string | undefined {
  return typeof at === "number" ? new Date(at * 1000).toLocaleString() : undefined;
}
