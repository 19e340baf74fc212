// Any other ask: its answer is written as JSON, starting from what its schema says.
import { useSignal } from "@preact/signals";
import { readDraft, writeDraft } from "../drafts";
import { useElementId } from "../ids";
import { FoldedJson } from "../items/json";
import { InlineMarkdown } from "../markdown/markdown";
import type { ReplyState } from "../replies";
import type { AskProps } from "./asks";
import { Feedback, isRefused, isUnderWay } from "./feedback";
import { skeleton } from "./skeleton";

export function FormAsk({ ask, executionId, earlier, reply, enabled, onAnswer, onEdit, onRefused }: AskProps) {
  const text = useSignal(
    readDraft(executionId, ask.task_id) ?? JSON.stringify(earlier?.value ?? skeleton(ask.schema), null, 2),
  );
  const invalid = useSignal<ReplyState | undefined>(undefined);
  const [fieldId, hintId, feedbackId] = [useElementId(), useElementId(), useElementId()];
  const shown = invalid.value ?? reply;
  const canAnswer = enabled && !isUnderWay(reply);
  const name = ask.label || String(ask.schema?.title ?? "Answer");

  const write = (value: string) => {
    text.value = value;
    invalid.value = undefined;
    writeDraft(executionId, ask.task_id, value);
    if (isRefused(reply)) onEdit();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!canAnswer) return;
    try {
      onAnswer(JSON.parse(text.value));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      invalid.value = { phase: "refused", message: `This is not valid JSON: ${why}`, errors: [] };
    }
  };
  return (
    <form class="nbc-form" onSubmit={submit} noValidate>
      {ask.prompt && (
        <div class="nbc-prompt">
          <InlineMarkdown text={ask.prompt} />
        </div>
      )}
      <label for={fieldId} class={ask.label ? "nbc-unseen" : "nbc-field-label"}>
        {name}
      </label>
      <p id={hintId} class="nbc-muted nbc-hint">
        The answer is written as JSON.
      </p>
      <textarea
        id={fieldId}
        data-control
        class={`nbc-json${isRefused(shown) ? " nbc-is-invalid" : ""}`}
        spellcheck={false}
        rows={Math.min(12, Math.max(3, text.value.split("\n").length))}
        aria-describedby={`${hintId} ${feedbackId}`}
        aria-invalid={isRefused(shown)}
        value={text.value}
        disabled={!enabled}
        readOnly={isUnderWay(reply)}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <Feedback id={feedbackId} reply={shown} onRefused={onRefused} withPaths />
      <div class="nbc-options">
        <button type="submit" class="nbc-button nbc-primary" aria-disabled={!canAnswer}>
          Submit
        </button>
        {ask.schema && <FoldedJson summary="Schema" value={ask.schema} />}
      </div>
    </form>
  );
}
