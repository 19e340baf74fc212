// A free answer: suggestions to click and a text to write.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { readDraft, writeDraft } from "../drafts";
import { useElementId } from "../ids";
import { InlineMarkdown } from "../markdown/markdown";
import { Sign } from "../tool";
import type { AskProps } from "./asks";
import { Feedback, isRefused, isUnderWay } from "./feedback";

const DEFAULT_PROMPT = "Type your message";
/** A longer prompt does not fit into the empty field and is shown above it. */
const PLACEHOLDER_LENGTH = 70;

export function ChatAsk({ ask, executionId, earlier, reply, enabled, onAnswer, onEdit, onRefused }: AskProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(readDraft(executionId, ask.task_id) ?? earlier?.text ?? "");
  const feedbackId = useElementId();
  const prompt = ask.prompt || DEFAULT_PROMPT;
  const isLong = prompt.length > PLACEHOLDER_LENGTH || prompt.includes("\n");
  const busy = isUnderWay(reply);
  const canAnswer = enabled && !busy;
  const canSend = canAnswer && text.value.trim() !== "";

  useLayoutEffect(() => fitHeight(field.current), [text.value]);

  const write = (value: string) => {
    text.value = value;
    writeDraft(executionId, ask.task_id, value);
    if (isRefused(reply)) onEdit();
  };
  const send = () => {
    if (!canSend) return;
    field.current?.focus(); // the button that had it is about to be disabled
    onAnswer({ message: [{ type: "text", text: text.value.trimEnd() }] });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a text is being composed, Enter chooses a candidate; some browsers tell so only by the key code.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) send();
  };

  return (
    <>
      {isLong && (
        <div class="nbc-prompt">
          <InlineMarkdown text={prompt} />
        </div>
      )}
      {ask.suggestions.length > 0 && (
        <div class="nbc-suggestions" role="group" aria-label="Suggestions">
          {ask.suggestions.map((suggestion) => (
            <button
              type="button"
              class="nbc-chip"
              aria-disabled={!canAnswer}
              title={suggestion.label.length > PLACEHOLDER_LENGTH ? suggestion.label : undefined}
              onClick={() => canAnswer && onAnswer(suggestion.input)}
            >
              <span>{suggestion.label}</span>
            </button>
          ))}
        </div>
      )}
      <div class={`nbc-composer${isRefused(reply) ? " nbc-is-invalid" : ""}`}>
        <textarea
          ref={field}
          data-control
          rows={1}
          aria-label={prompt}
          placeholder={isLong ? DEFAULT_PROMPT : prompt}
          aria-describedby={feedbackId}
          aria-invalid={isRefused(reply)}
          value={text.value}
          disabled={!enabled}
          readOnly={busy}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          class="nbc-send"
          aria-label="Send"
          title="Send (Enter)"
          disabled={!canSend}
          onClick={send}
        >
          {busy ? (
            <span class="nbc-spinner" aria-hidden="true" />
          ) : (
            <Sign path="M8 13V3M3.5 7.5 8 3l4.5 4.5" size={16} width={2} />
          )}
        </button>
      </div>
      <Feedback id={feedbackId} reply={reply} onRefused={onRefused} />
    </>
  );
}

/** Browsers without `field-sizing` grow the field by hand; the style sheet limits it to eight lines. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
