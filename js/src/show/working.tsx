// Something a workflow is working on, to look into: a tool's files, its arguments and result, a command and what it printed.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Scrolled } from "../items/json";
import { StatusIcon } from "../items/status";
import { Markdown } from "../markdown/markdown";
import type { ActivityItem, CommandTool, GenericTool, WorkingItem } from "../protocol";
import { FilesView } from "./files";
import { Value } from "./value";

export function WorkingView({ item }: { item: WorkingItem }) {
  const status = statusOf(item);
  const hasBody = Boolean(item.content || item.tool || item.error);
  if (!hasBody) {
    return (
      <div class="nbc-card nbc-job">
        <Head item={item} status={status} />
      </div>
    );
  }
  return <Folded item={item} status={status} />;
}

/** An activity with its arguments and its result. */
export function CallView({ item }: { item: ActivityItem }) {
  const tries = item.attempt > 1 ? ` (attempt ${item.attempt})` : "";
  const isGoingOn = item.status === "running" || item.status === "retrying";
  const tool: GenericTool = {
    type: "generic_tool",
    toolCallId: item.id,
    name: item.name,
    arguments: named(item.arguments ?? []),
    result: {
      status: isGoingOn ? "running" : item.status === "failed" ? "failed" : "success",
      value: item.result,
      error: item.status === "completed" ? undefined : item.error,
    },
  };
  const status = item.status === "retrying" ? "running" : item.status;
  const head = {
    kind: "working",
    id: item.id,
    type: "tool",
    title: item.name + tries,
    content: "",
    at: item.at,
  } as const;
  return <WorkingView item={{ ...head, tool: { ...tool, name: head.title }, status, error: null }} />;
}

/** Activities mostly take one object; what else there is has numbers. */
function named(values: readonly unknown[]): Record<string, unknown> {
  const [only] = values;
  if (values.length === 1 && typeof only === "object" && only !== null && !Array.isArray(only)) return { ...only };
  return Object.fromEntries(values.map((value, index) => [String(index + 1), value]));
}

/** Open while it matters: as long as it runs, and when it failed. What a reader opens or closes stays as it was put. */
function Folded({ item, status }: { item: WorkingItem; status: WorkingItem["status"] }) {
  const open = useSignal(status !== "completed");
  const isTouched = useSignal(false);
  useEffect(() => {
    if (!isTouched.peek()) open.value = status !== "completed";
  }, [status]);
  const onToggle = ({ currentTarget }: { currentTarget: HTMLDetailsElement }) => {
    if (currentTarget.open === open.peek()) return; // it was not the reader
    isTouched.value = true;
    open.value = currentTarget.open;
  };
  return (
    <details class="nbc-card nbc-job" open={open.value} onToggle={onToggle}>
      <summary>
        <Head item={item} status={status} />
      </summary>
      <div class="nbc-job-body">
        {item.content && (
          <div class={item.type === "thinking" ? "nbc-thought" : undefined}>
            <Markdown text={item.content} />
          </div>
        )}
        {item.tool && <Tool tool={item.tool} />}
        {item.error && <p class="nbc-work-error">{item.error}</p>}
      </div>
    </details>
  );
}

function Head({ item, status }: { item: WorkingItem; status: WorkingItem["status"] }) {
  return (
    <span class="nbc-job-head">
      <StatusIcon status={status} />
      <span class="nbc-job-title">{item.title || item.type}</span>
      {item.tool?.type === "generic_tool" && item.tool.name !== item.title && <code>{item.tool.name}</code>}
    </span>
  );
}

/** The task may be over while its tool says that it failed. */
function statusOf({ status, tool }: WorkingItem): WorkingItem["status"] {
  return tool && tool.type !== "file" && tool.result?.status === "failed" ? "failed" : status;
}

function Tool({ tool }: { tool: NonNullable<WorkingItem["tool"]> }) {
  switch (tool.type) {
    case "file":
      return <FilesView operations={tool.operations} />;
    case "command":
      return <Command tool={tool} />;
    case "generic_tool":
      return <Call tool={tool} />;
    default:
      return <Value name="Tool" value={tool} />;
  }
}

function Command({ tool }: { tool: CommandTool }) {
  const { output, error } = tool.result;
  return (
    <div class="nbc-terminal">
      <pre class="nbc-command">
        <span aria-hidden="true">$ </span>
        {tool.command}
      </pre>
      {output && <Scrolled text={output} label="Output" />}
      {error && <Scrolled text={error} label="Error" />}
    </div>
  );
}

function Call({ tool }: { tool: GenericTool }) {
  const { value, error } = tool.result;
  return (
    <div class="nbc-call">
      {Object.keys(tool.arguments).length > 0 && <Value name="Arguments" value={tool.arguments} open />}
      {value !== undefined && value !== null && <Value name="Result" value={value} open />}
      {error !== undefined && error !== null && (
        <div class="nbc-work-error">
          {typeof error === "string" ? error : <Value name="Error" value={error} open />}
        </div>
      )}
    </div>
  );
}
