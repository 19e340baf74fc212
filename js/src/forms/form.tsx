// A whole form: its fields, and the button that sends all of them in one message.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { FormContext, type FormTools } from "./control";
import { drawControl } from "./draw";
import { type Entry, kept } from "./entry";
import { firstControl } from "./focus";
import { Fields } from "./object";
import { ROOT } from "./place";
import type { FormState } from "./state";
import type { Upload } from "./upload";

interface FormProps {
  readonly state: FormState;
  readonly name: string;
  readonly enabled: boolean;
  readonly busy: boolean;
  readonly upload: Upload;
  /** What was entered, after every change, without what must not be kept. */
  readonly onDraft: (entry: Entry) => void;
  readonly onSubmit: (value: unknown) => void;
  /** It was not sent: so many fields are wrong. */
  readonly onWrong: (count: number) => void;
  readonly children: ComponentChildren;
}

export function Form({ state, name, enabled, busy, upload, onDraft, onSubmit, onWrong, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { field } = state;
  const errors = state.errors.value;
  const entry = state.entry.value;
  const tools = useMemo((): FormTools => ({ state, draw: drawControl, upload }), [state, upload]);

  // The focus comes to the first mistake, or to the first field of all.
  useLayoutEffect(() => {
    for (const each of form.current?.querySelectorAll("[data-control]") ?? []) each.removeAttribute("data-control");
    if (form.current) firstControl(form.current)?.setAttribute("data-control", "");
  }, [errors, entry]);
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!first.current) onDraft(kept(field, entry));
    first.current = false;
  }, [entry]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (!enabled || busy) return;
    const answer = state.submit();
    if (answer) onSubmit(answer.value);
    else onWrong(state.errors.peek().size);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) form.current?.requestSubmit();
  };
  return (
    <form ref={form} class="nbc-form" aria-label={name} noValidate onSubmit={submit} onKeyDown={onKeyDown}>
      <fieldset class="nbc-fieldset" disabled={!enabled}>
        <FormContext.Provider value={tools}>
          {field.kind === "object" ? (
            <Fields fields={field.fields ?? []} entry={entry} place={ROOT} />
          ) : (
            drawControl({ field, entry, place: ROOT })
          )}
        </FormContext.Provider>
      </fieldset>
      {children}
    </form>
  );
}
