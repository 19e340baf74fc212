// An ask with fields. The kernel says which (`ask.form`); an ask it says nothing about is answered with JSON.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type Chunks, useChunks } from "../chunks";
import { readDraft, writeDraft } from "../drafts";
import type { FormState } from "../forms/state";
import { useElementId } from "../ids";
import { FoldedJson } from "../items/json";
import { InlineMarkdown } from "../markdown/markdown";
import type { AnswerItem, AskView, FieldView } from "../protocol";
import type { ReplyState } from "../replies";
import { installStyles } from "../styles";
import type { AskProps } from "./asks";
import { Feedback, isRefused, isUnderWay } from "./feedback";
import { skeleton } from "./skeleton";

type Forms = Chunks["forms"];

/** The fields come with a chunk of their own; until it is here the ask keeps the place of the focus. */
export function FormAsk(props: AskProps) {
  const load = useChunks();
  const forms = useSignal<Forms | null>(null);
  const failure = useSignal("");
  const box = useRef<HTMLDivElement>(null);
  const wasFocused = useRef(false);

  const fetchForms = () => {
    failure.value = "";
    const arrived = (loaded: Forms) => {
      if (box.current) installStyles(box.current, loaded.css);
      wasFocused.current = box.current?.matches(":focus-within") ?? false;
      forms.value = loaded;
    };
    const failed = (error: unknown) => {
      failure.value = error instanceof Error ? error.message : String(error);
    };
    load("forms").then(arrived, failed);
  };
  useEffect(() => {
    if (!forms.value && props.enabled) fetchForms();
  }, [props.enabled]);
  useLayoutEffect(() => {
    if (forms.value && wasFocused.current && box.current) forms.value.firstControl(box.current)?.focus();
    wasFocused.current = false;
  }, [forms.value]);

  return (
    <div ref={box} class="nbc-form-ask">
      {props.ask.prompt && (
        <div class="nbc-prompt">
          <InlineMarkdown text={props.ask.prompt} />
        </div>
      )}
      {forms.value && <LoadedForm {...props} forms={forms.value} />}
      {!forms.value && (
        <p class="nbc-muted" aria-live="polite" tabIndex={-1} data-control>
          {failure.value ? `The form cannot be drawn. ${failure.value}` : "Loading the form…"}
        </p>
      )}
      {failure.value && (
        <div class="nbc-options">
          <button type="button" class="nbc-button" onClick={fetchForms}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

function LoadedForm({ forms, ask, executionId, earlier, reply, enabled, ...props }: AskProps & { forms: Forms }) {
  const { uploads, onAnswer, onEdit, onRefused } = props;
  const { Form } = forms;
  const feedbackId = useElementId();
  const button = useRef<HTMLButtonElement>(null);
  const state = useMemo(() => startedState(forms, ask, readDraft(executionId, ask.task_id), earlier), []);
  const upload = useMemo(() => uploads.to(ask.task_id), []);
  const unsent = useSignal<ReplyState | undefined>(undefined);
  const sorted = useMemo(() => state.sorted(reply?.phase === "refused" ? reply.errors : []), [reply]);
  const shown = unsent.value ?? (reply?.phase === "refused" ? { ...reply, errors: sorted.others } : reply);
  const canAnswer = enabled && !isUnderWay(reply);

  useLayoutEffect(() => {
    if (reply?.phase === "refused") state.refuse(sorted.placed);
  }, [reply]);
  const toMistake = () => {
    const form = button.current?.form;
    if (form?.matches(":focus-within")) forms.firstControl(form)?.focus();
    else onRefused();
  };
  const onDraft = (entry: unknown) => {
    writeDraft(executionId, ask.task_id, JSON.stringify(entry));
    unsent.value = undefined;
    if (isRefused(reply)) onEdit();
  };
  const onWrong = (count: number) => {
    const message = count === 1 ? "One field needs another look." : `${count} fields need another look.`;
    unsent.value = { phase: "refused", message, errors: [] };
  };
  const onSubmit = (value: unknown) => {
    unsent.value = undefined;
    onAnswer(value);
  };
  return (
    <Form {...{ state, enabled, upload, onDraft, onWrong, onSubmit }} name={nameOf(ask)} busy={!canAnswer}>
      {ask.again && <p class="nbc-muted">Secrets are not kept. Please enter them again.</p>}
      {/* When the errors have been drawn beside their fields, the focus can go there. */}
      <Feedback id={feedbackId} reply={shown} onRefused={() => setTimeout(toMistake)} />
      <div class="nbc-options">
        <button
          ref={button}
          type="submit"
          class="nbc-button nbc-primary"
          aria-describedby={feedbackId}
          aria-disabled={!canAnswer}
        >
          Submit
        </button>
        {!ask.form && ask.schema && <FoldedJson summary="Schema" value={ask.schema} />}
      </div>
    </Form>
  );
}

/** A model of one's own has a name; every `FormInput` has the same. */
function nameOf({ label, schema }: AskView): string {
  const title = schema?.title;
  return label || (typeof title === "string" && title !== "FormInput" && title) || "Form";
}

function startedState(forms: Forms, ask: AskView, draft: string | null, earlier: AnswerItem | null): FormState {
  const field = forms.drawnField(ask.form ?? jsonField(ask));
  const saved = parsed(draft);
  if (saved !== undefined) return new forms.FormState(field, forms.kept(field, saved));
  return new forms.FormState(field, earlier ? forms.entered(field, earlier.value) : forms.started(field));
}

function parsed(draft: string | null): unknown {
  try {
    return draft === null ? undefined : JSON.parse(draft);
  } catch {
    return undefined;
  }
}

function jsonField(ask: AskView): FieldView {
  const start = skeleton(ask.schema);
  return {
    key: "",
    kind: "json",
    label: nameOf(ask),
    description: null,
    required: true,
    nullable: false,
    default: start,
  };
}
