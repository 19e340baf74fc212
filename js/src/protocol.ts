// Written by js/typescript.py from nbconvo/views/model.py and nbconvo/widgets/messages.py. Do not edit.


/** Kernel to page: what became of a message that carries a `reply_id`. Every one of those gets exactly one. `file` comes with the end of an upload. */
export interface AckMessage {
  kind: "ack";
  reply_id: string;
  code: "accepted" | "rejected" | "closed" | "failed";
  message: string;
  errors: Array<FieldError>;
  file?: UploadedFile;
}

/** One activity. `attempt` counts from 1; `error` is the newest failure's text. `arguments` and `result` (once there is one) are given where activities are shown in full: as a working card, then. */
export interface ActivityItem {
  kind: "activity";
  id: string;
  name: string;
  status: "running" | "retrying" | "completed" | "failed";
  attempt: number;
  error: string | null;
  arguments?: Array<unknown>;
  result?: unknown;
  at: number;
}

/** An ask that has ended. `text` is what the person said, as they would read it; empty unless `state` is "answered". `rows` are the fields of an answered form, `canvas` is the uri of the canvas that was edited. */
export interface AnswerItem {
  kind: "answer";
  id: string;
  ask: "chat" | "confirmation" | "form" | "canvas";
  label: string | null;
  prompt: string | null;
  text: string;
  value: unknown;
  rows?: Array<AnswerRow>;
  canvas?: string;
  state: "answered" | "timed_out" | "canceled" | "failed";
  at: number;
}

/** One field of an answered form as a person reads it: choices by their labels, files by their names, secrets masked. */
export interface AnswerRow {
  label: string;
  text: string;
}

/** An open ask. `task_id` names it in a reply. `deadline` is in seconds since the epoch, on the kernel's clock. `form` and `schema` (the JSON schema of the input) are given for the kind "form", `canvas` and `schema` for "canvas". `on_timeout` is the input that counts as the answer when the deadline passes. `again` tells that it was answered before: its secrets are not kept, so after a restart they are asked for once more, before anything else can be answered. */
export interface AskView {
  task_id: string;
  kind: "chat" | "confirmation" | "form" | "canvas";
  label: string | null;
  prompt: string | null;
  suggestions: Array<Suggestion>;
  options: Array<Option>;
  schema: Record<string, unknown> | null;
  form?: FieldView;
  canvas?: CanvasAsk;
  deadline: number | null;
  on_timeout?: unknown;
  again?: boolean;
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

/** The canvas that an ask wants edited, as it stands; `with_chat` tells that a remark may come with it (prompt: the ask's). */
export interface CanvasAsk {
  uri: string;
  canvas: CanvasContent;
  with_chat: boolean;
}

/** A version of a canvas. Its `type`: "text/markdown", "text/html", "image/svg+xml", "slides", "react", "code", "mermaid". */
export interface CanvasContent {
  type: string;
  title: string;
  content: string;
  language: string | null;
}

/** A chunk's resource: a canvas as it was sent. Sent again with the same `uri`, it is the next version of it. */
export interface CanvasResource {
  uri: string;
  mimeType: "application/vnd.mistral.canvas";
  canvas: CanvasContent;
  readonly: boolean;
}

/** Where one version of a canvas is: chunk `chunk` of the message `item`, or the answer `item` of a person (no chunk). */
export interface CanvasVersion {
  item: string;
  chunk: number | null;
}

/** All versions of one canvas, oldest first. */
export interface CanvasVersions {
  uri: string;
  versions: Array<CanvasVersion>;
}

/** One option of a field: `value` is sent (any JSON value), `label` is read. */
export interface Choice {
  value: unknown;
  label: string;
}

/** One piece of a message; `type` says which of the other keys is there. Anything else is shown generically, as JSON. "text": `text`, markdown. "resource": `resource`. "thinking": `thinking`, folded. "image_url": `image_url`, an https or `data:image/...` address. "display": `display`, representations by mime type of which the richest that is understood is shown. */
export interface Chunk {
  type: string;
  text?: string;
  resource?: CanvasResource | ComponentResource;
  thinking?: Array<ThinkingPart>;
  image_url?: string;
  display?: Record<string, unknown>;
}

/** How far a command is: `output` when it succeeded, `error` when it failed. */
export interface CommandResult {
  status: "running" | "success" | "failed";
  output?: string;
  error?: string;
}

/** A command line and what it printed. */
export interface CommandTool {
  type: "command";
  toolCallId: string;
  command: string;
  result: CommandResult;
}

/** A UI component by name, with the props that were given. `children` among them is text or a list of components. Names and props are those of `nbconvo.protocol.components`; a name that is not known there is shown generically. */
export interface Component {
  name: string;
  props: Record<string, unknown>;
}

/** A chunk's resource: a tree of UI components. */
export interface ComponentResource {
  mimeType: "application/vnd.mistral.ui-component";
  component: Component;
  version: string;
  display: "block" | "inline";
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

/** One field of a form, made from its JSON schema; a form is itself a field of kind "object". `key` is its name in the object it belongs to, empty for the form itself and for the elements of a list. `label` is its accessible name. `required` fields must be sent; a `nullable` one may be left empty and is sent as null. A `default` is filled in (prefilled, for a required one). Kinds, and what they send: - "text", "long_text", "secret" (masked, never kept in a draft): text; `pattern` with the `error_message` to show for it - "integer", "number": a number; "boolean": true or false - "date" `2025-01-15`, "datetime" `2025-01-15T10:00:00Z`, "time" `10:00:00`: text - "choice": the value of one of `choices`; "choices": a list of them - "file": what an upload gives, its url, or with `with_metadata` {filename, url, content_type}; "files": a list of those - "object": its `fields`; "list": elements like `item`; "map": an object with free keys and values like `item` - "union": one of `variants`, told apart by their field `discriminator` (of which each variant has one value), or by trying - "json": anything, written as JSON */
export interface FieldView {
  key: string;
  kind: "text" | "long_text" | "secret" | "integer" | "number" | "boolean" | "date" | "datetime" | "time" | "choice" | "choices" | "file" | "files" | "object" | "list" | "map" | "union" | "json";
  label: string;
  description: string | null;
  required: boolean;
  nullable: boolean;
  default?: unknown;
  choices?: Array<Choice>;
  minimum?: number;
  maximum?: number;
  exclusive_minimum?: number;
  exclusive_maximum?: number;
  multiple_of?: number;
  min_length?: number;
  max_length?: number;
  min_items?: number;
  max_items?: number;
  unique_items?: boolean;
  pattern?: string;
  error_message?: string;
  format?: string;
  with_metadata?: boolean;
  accept?: string;
  max_bytes?: number;
  fields?: Array<FieldView>;
  item?: FieldView;
  variants?: Array<FieldView>;
  discriminator?: string;
}

/** A place in a file: what stood there, what stands there now. */
export interface FileBlock {
  search: string;
  replace: string;
}

/** What was done to one file. `create` has `content`; `read` has `offset` and `linesRead`; `replace` has the rest. */
export interface FileOperation {
  type: "create" | "read" | "replace" | "delete";
  uri: string;
  content?: string;
  offset?: number;
  linesRead?: number;
  fileContentBefore?: string;
  blocks?: Array<FileBlock>;
}

/** A tool that works on files. */
export interface FileTool {
  type: "file";
  toolCallId: string;
  operations: Array<FileOperation>;
}

/** Any tool: its name, its arguments, its result. */
export interface GenericTool {
  type: "generic_tool";
  toolCallId: string;
  name: string;
  arguments: Record<string, unknown>;
  result: ToolResult;
}

/** A message of the workflow, or its final output (`is_error` and `structured` as its author gave them). */
export interface MessageItem {
  kind: "message";
  id: string;
  chunks: Array<Chunk>;
  streaming: boolean;
  is_error: boolean;
  structured?: Record<string, unknown>;
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

/** Page to kernel: write the replies so far to a new file beside the notebook. The ack's `message` says to which. */
export interface SaveRepliesMessage {
  kind: "save_replies";
  reply_id: string;
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

/** A piece of what a model thought, as text. */
export interface ThinkingPart {
  type: "text";
  text: string;
}

/** A todo list. When `status` is "failed", `error` says why, and the steps that are in progress are where it happened. */
export interface TodoItem {
  kind: "todo";
  id: string;
  steps: Array<TodoStep>;
  status: "running" | "completed" | "failed";
  error: string | null;
  at: number;
}

/** One step of a todo list. */
export interface TodoStep {
  id: string;
  status: "todo" | "in_progress" | "done";
  title: string;
  description: string;
}

/** How far a tool is: `value` when it succeeded, `error` when it failed. */
export interface ToolResult {
  status: "pending" | "running" | "failed" | "success";
  value?: unknown;
  error?: unknown;
}

/** One execution: what was said, in order, and the asks that are open now, oldest first. `branch` is None until somebody goes back to an answer; `resumed` says that the run was taken up again after a restart; `can_rewind` that answers may be changed (the engine can fork the execution). `canvases` are those that were sent. `show_activities` says how the fold shows activities; "compact" when it is not there. */
export interface TranscriptView {
  execution_id: string;
  workflow: string;
  title: string;
  status: "running" | "waiting" | "completed" | "failed" | "canceled";
  items: Array<MessageItem | AnswerItem | ActivityItem | TodoItem | WorkingItem | TaskItem | ResultItem | ErrorItem>;
  asks: Array<AskView>;
  started_at: number | null;
  ended_at: number | null;
  branch: Branch | null;
  resumed: boolean;
  can_rewind: boolean;
  canvases?: Array<CanvasVersions>;
  show_activities?: "compact" | "full" | "none";
}

/** Page to kernel: a file for the field at `field` of the ask `task_id` will come, under an id that the page makes. `size` is in bytes. The ack says "rejected" when it is too large or of a kind that is not wanted. After "accepted" come the chunks in order, each after the ack of the one before (or a few ahead of it), then the end. See docs/files.md. */
export interface UploadBeginMessage {
  kind: "upload_begin";
  reply_id: string;
  upload_id: string;
  task_id: string;
  field: Array<string | number>;
  filename: string;
  content_type: string;
  size: number;
}

/** Page to kernel: forget what has come of the file. */
export interface UploadCancelMessage {
  kind: "upload_cancel";
  reply_id: string;
  upload_id: string;
}

/** Page to kernel: up to 1 MiB of the file, from byte `offset` on, as the message's one binary buffer. */
export interface UploadChunkMessage {
  kind: "upload_chunk";
  reply_id: string;
  upload_id: string;
  offset: number;
}

/** Page to kernel: that was all of it. The ack carries the `file`. */
export interface UploadEndMessage {
  kind: "upload_end";
  reply_id: string;
  upload_id: string;
}

/** A file that was stored: send `url` as the answer of a file field, or filename, url and content_type `with_metadata`. */
export interface UploadedFile {
  filename: string;
  url: string;
  content_type: string;
  size: number;
}

/** The `state` trait. `seq` is the number of the last patch in it, `now` the kernel's clock (epoch seconds) when read. */
export interface WidgetState {
  seq: number;
  view: TranscriptView;
  now: number;
}

/** Something is being worked on, and people may look at it: `type` is "tool", "thinking" or a word of the author. `content` is markdown. `status` is that of the task, which may be over while the tool's own result still says "running". */
export interface WorkingItem {
  kind: "working";
  id: string;
  type: string;
  title: string;
  content: string;
  tool: FileTool | GenericTool | CommandTool | null;
  status: "running" | "completed" | "failed";
  error: string | null;
  at: number;
}

export type PageMessage = ReplyMessage | CancelMessage | ResyncMessage | RewindMessage | BranchMessage | StartOverMessage | SaveRepliesMessage | UploadBeginMessage | UploadChunkMessage | UploadEndMessage | UploadCancelMessage;

export type KernelMessage = PatchMessage | StateMessage | AckMessage;
