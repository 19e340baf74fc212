// Written by js/typescript.py from nbconvo/views/model.py and nbconvo/widgets/messages.py. Do not edit.


/** Kernel to page: what became of a message that carries a `reply_id`. Every one of those gets exactly one. */
export interface AckMessage {
  kind: "ack";
  reply_id: string;
  code: "accepted" | "rejected" | "closed" | "failed";
  message: string;
  errors: Array<FieldError>;
}

/** One activity. `attempt` counts from 1; `error` is the newest failure's text. */
export interface ActivityItem {
  kind: "activity";
  id: string;
  name: string;
  status: "running" | "retrying" | "completed" | "failed";
  attempt: number;
  error: string | null;
  at: number;
}

/** An ask that has ended. `text` is what the person said, as they would read it; empty unless `state` is "answered". */
export interface AnswerItem {
  kind: "answer";
  id: string;
  ask: "chat" | "confirmation" | "form";
  label: string | null;
  prompt: string | null;
  text: string;
  value: unknown;
  state: "answered" | "timed_out" | "canceled" | "failed";
  at: number;
}

/** An open ask. `task_id` names it in a reply. `deadline` is in seconds since the epoch, on the kernel's clock. `schema` is the JSON schema of the input, given for the kind "form" only (the others need no more than is here). */
export interface AskView {
  task_id: string;
  kind: "chat" | "confirmation" | "form";
  label: string | null;
  prompt: string | null;
  suggestions: Array<Suggestion>;
  options: Array<Option>;
  schema: Record<string, unknown> | null;
  deadline: number | null;
  at: number;
}

/** Which of several ways a conversation went: branch number `index` (from 1) of `count`. */
export interface Branch {
  index: number;
  count: number;
}

/** Page to kernel: show branch number `index` (from 1). */
export interface BranchMessage {
  kind: "branch";
  reply_id: string;
  index: number;
}

/** Page to kernel: stop the run. */
export interface CancelMessage {
  kind: "cancel";
  reply_id: string;
}

/** One piece of a message. `type` is "text" (then `text` is markdown) or a kind that is shown generically as JSON. */
export interface Chunk {
  type: string;
  text?: string;
  resource?: Record<string, unknown>;
}

/** The exception that ended the run; `traceback` is empty when only its text is known (a remote run). */
export interface ErrorItem {
  kind: "error";
  id: string;
  type: string;
  message: string;
  traceback: string;
  at: number;
}

/** One thing wrong with a reply. `path` leads into the input; empty when it concerns the whole. */
export interface FieldError {
  path: Array<string | number>;
  message: string;
}

/** A message of the workflow, or its final output (`is_error` as its author marked it). */
export interface MessageItem {
  kind: "message";
  id: string;
  chunks: Array<Chunk>;
  streaming: boolean;
  is_error: boolean;
  at: number;
}

/** One choice of a confirmation: `value` is sent, `label` is read. */
export interface Option {
  value: string;
  label: string;
}

/** One operation. `path` is a JSON pointer ("" is the whole value); `value` is None for a remove. */
export interface Patch {
  path: string;
  value: unknown;
  op: "add" | "replace" | "remove" | "append";
}

/** Kernel to page: `ops` turn view number `seq - 1` into view number `seq`, applied in order. */
export interface PatchMessage {
  kind: "patch";
  seq: number;
  ops: Array<Patch>;
}

/** Page to kernel: the answer to the ask that was on screen. `input` is what the ask's JSON schema describes. */
export interface ReplyMessage {
  kind: "reply";
  reply_id: string;
  task_id: string;
  input: unknown;
}

/** What the workflow returned, when that is not a chat output. */
export interface ResultItem {
  kind: "result";
  id: string;
  value: unknown;
  at: number;
}

/** Page to kernel: a patch was missed, send the whole state. */
export interface ResyncMessage {
  kind: "resync";
}

/** Page to kernel: go back to the answered ask `task_id` and ask it again, in a new branch. */
export interface RewindMessage {
  kind: "rewind";
  reply_id: string;
  task_id: string;
}

/** Page to kernel: begin the workflow anew; the resumed run stays in the journal. */
export interface StartOverMessage {
  kind: "start_over";
  reply_id: string;
}

/** Kernel to page: the whole state, in answer to a resync. */
export interface StateMessage {
  kind: "state";
  state: WidgetState;
}

/** A ready answer to a chat ask: `label` is read, `input` is sent as it is. */
export interface Suggestion {
  label: string;
  input: Record<string, unknown>;
}

/** A custom task of a type that has no drawing of its own: its type, its status and its state as JSON. */
export interface TaskItem {
  kind: "task";
  id: string;
  type: string;
  status: "running" | "completed" | "failed";
  state: unknown;
  error: string | null;
  at: number;
}

/** One execution: what was said, in order, and the asks that are open now, oldest first. `branch` is None until somebody goes back to an answer; `resumed` says that the run was taken up again after a restart; `can_rewind` that answers may be changed (the engine can fork the execution). */
export interface TranscriptView {
  execution_id: string;
  workflow: string;
  title: string;
  status: "running" | "waiting" | "completed" | "failed" | "canceled";
  items: Array<MessageItem | AnswerItem | ActivityItem | TaskItem | ResultItem | ErrorItem>;
  asks: Array<AskView>;
  started_at: number | null;
  ended_at: number | null;
  branch: Branch | null;
  resumed: boolean;
  can_rewind: boolean;
}

/** The `state` trait. `seq` is the number of the last patch in it, `now` the kernel's clock (epoch seconds) when read. */
export interface WidgetState {
  seq: number;
  view: TranscriptView;
  now: number;
}

export type PageMessage = ReplyMessage | CancelMessage | ResyncMessage | RewindMessage | BranchMessage | StartOverMessage;

export type KernelMessage = PatchMessage | StateMessage | AckMessage;
