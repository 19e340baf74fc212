// An ask to edit a canvas: its text, how it looks, what changed since it was sent, and a word to go with it.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { AskProps } from "../asks/asks";
import { Feedback, isRefused, isUnderWay } from "../asks/feedback";
import { useVersions } from "../canvas/versions";
import { readDraft, writeDraft } from "../drafts";
import { useElementId } from "../ids";
import { Shown } from "../items/shown";
import { InlineMarkdown } from "../markdown/markdown";
import type { CanvasAsk } from "../protocol";
import { Tool } from "../tool";
import { type Commands, SourceEditor } from "./source";

type Mode = "write" | "changes" | "look";

interface Draft {
  readonly title: string;
  readonly content: string;
  readonly said: string;
}

const MODES: ReadonlyArray<readonly [Mode, string]> = [
  ["write", "Write"],
  ["changes", "Changes"],
  ["look", "Preview"],
];

export function CanvasEditor(props: AskProps & { canvas: CanvasAsk }) {
  const { canvas: asked, ask, executionId, earlier, reply, enabled, onAnswer, onEdit, onRefused } = props;
  const draft = useSignal<Draft>(startedDraft(asked, readDraft(executionId, ask.task_id), earlier?.value));
  const mode = useSignal<Mode>("write");
  const changes = useSignal(0);
  const commands = useRef<Commands | null>(null);
  const feedbackId = useElementId();
  const versions = useVersions(asked.uri);
  const compareWith = useSignal<number | null>(null);
  const original = versions[compareWith.value ?? versions.length - 1]?.canvas ?? asked.canvas;
  const busy = isUnderWay(reply);
  const canAnswer = enabled && !busy;
  const { title, content, said } = draft.value;

  const write = (part: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...part };
    writeDraft(executionId, ask.task_id, JSON.stringify(draft.peek()));
    if (isRefused(reply)) onEdit();
  };
  const send = () => {
    if (!canAnswer) return;
    const message = [{ type: "text", text: said.trim() }];
    onAnswer({ canvas: { title, content }, ...(asked.with_chat && said.trim() && { chatInput: { message } }) });
  };
  return (
    <form
      class="nbc-editor"
      aria-label={ask.label || ask.prompt || "Canvas"}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {ask.prompt && !asked.with_chat && (
        <div class="nbc-prompt">
          <InlineMarkdown text={ask.prompt} />
        </div>
      )}
      <div class="nbc-editor-card">
        <div class="nbc-editor-head">
          <input
            class="nbc-editor-title"
            aria-label="Title"
            value={title}
            disabled={!enabled}
            readOnly={busy}
            onInput={(event) => write({ title: event.currentTarget.value })}
          />
          <Modes mode={mode.value} changes={changes.value} onMode={(next) => (mode.value = next)} />
          <span class="nbc-editor-tools">
            <Tool name="Undo" onPress={() => commands.current?.undo()} enabled={canAnswer && mode.value !== "look"}>
              ↶
            </Tool>
            <Tool name="Redo" onPress={() => commands.current?.redo()} enabled={canAnswer && mode.value !== "look"}>
              ↷
            </Tool>
          </span>
        </div>
        {mode.value === "changes" && versions.length > 1 && (
          <label class="nbc-editor-compare">
            Compared with{" "}
            <select
              value={String(compareWith.value ?? versions.length - 1)}
              onChange={(event) => (compareWith.value = Number(event.currentTarget.value))}
            >
              {versions.map((version, index) => (
                <option key={index} value={String(index)}>
                  Version {index + 1}
                  {version.isEdited ? ", edited" : ""}
                </option>
              ))}
            </select>
          </label>
        )}
        {mode.value === "changes" && changes.value === 0 && <p class="nbc-editor-same">Nothing has changed.</p>}
        <div hidden={mode.value === "look"}>
          <SourceEditor
            canvas={asked.canvas}
            text={content}
            label={ask.label || asked.canvas.title || "Canvas"}
            describedBy={feedbackId}
            readOnly={!canAnswer}
            original={mode.value === "changes" ? original.content : null}
            onChange={(text) => write({ content: text })}
            onChunks={(count) => (changes.value = count)}
            commands={commands}
          />
        </div>
        {mode.value === "look" && (
          <div class="nbc-editor-look">
            <Shown
              draw={(show) => <show.CanvasBody canvas={{ ...asked.canvas, title, content }} />}
              instead="Loading…"
            />
          </div>
        )}
      </div>
      {asked.with_chat && (
        <textarea
          class="nbc-editor-said"
          rows={1}
          aria-label={ask.prompt || "Message"}
          placeholder={ask.prompt || "Say something about it"}
          value={said}
          disabled={!enabled}
          readOnly={busy}
          onInput={(event) => write({ said: event.currentTarget.value })}
        />
      )}
      <Feedback id={feedbackId} reply={reply} onRefused={onRefused} withPaths />
      <div class="nbc-options">
        <button type="submit" class="nbc-button nbc-primary" aria-describedby={feedbackId} aria-disabled={!canAnswer}>
          Submit
        </button>
      </div>
    </form>
  );
}

function Modes({ mode, changes, onMode }: { mode: Mode; changes: number; onMode: (mode: Mode) => void }) {
  return (
    <span class="nbc-modes" role="group" aria-label="View">
      {MODES.map(([name, words]) => (
        <button key={name} type="button" aria-pressed={mode === name} onClick={() => onMode(name)}>
          {words}
          {name === "changes" && mode === "changes" && changes > 0 && ` (${changes})`}
        </button>
      ))}
    </span>
  );
}

/** What was being written, else what was answered before, else what was sent. */
function startedDraft({ canvas }: CanvasAsk, saved: string | null, earlier: unknown): Draft {
  const sent = { title: canvas.title, content: canvas.content, said: "" };
  const answer = isObject(earlier) && isObject(earlier.canvas) ? earlier.canvas : {};
  return { ...sent, ...textsOf(answer), ...textsOf(parsed(saved)) };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function textsOf(value: Record<string, unknown>): Partial<Draft> {
  const texts = Object.entries(value).filter(
    ([key, text]) => ["title", "content", "said"].includes(key) && typeof text === "string",
  );
  return Object.fromEntries(texts);
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
