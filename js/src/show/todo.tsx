// A todo list: how far it is, what is being done, and where it broke off.
import { StatusIcon } from "../items/status";
import type { TodoItem, TodoStep } from "../protocol";

type Look = TodoStep["status"] | "failed";

const WORDS: Record<Look, string> = { todo: "to do", in_progress: "in progress", done: "done", failed: "failed" };

export function TodoView({ item }: { item: TodoItem }) {
  const done = item.steps.filter((step) => step.status === "done").length;
  const count = item.steps.length;
  return (
    <section class="nbc-card nbc-todo" aria-label="Todo list">
      <div class="nbc-todo-head">
        <StatusIcon status={item.status} />
        <span class="nbc-todo-count">{count === 0 ? "Nothing to do yet" : `${done} of ${count} done`}</span>
        {item.error && <span class="nbc-work-error">{item.error}</span>}
      </div>
      {count > 0 && (
        <>
          <div class="nbc-bar" aria-hidden="true">
            <span class={`nbc-bar-${item.status}`} style={{ width: `${(100 * done) / count}%` }} />
          </div>
          <ol class="nbc-steps">
            {item.steps.map((step) => (
              <Step key={step.id} step={step} look={lookOf(step, item)} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Step({ step, look }: { step: TodoStep; look: Look }) {
  return (
    <li class={`nbc-step nbc-step-${look}`} aria-current={look === "in_progress" ? "step" : undefined}>
      <span class="nbc-step-mark" role="img" aria-label={WORDS[look]} />
      <span class="nbc-step-text">
        <span class="nbc-step-title">{step.title}</span>
        {step.description && <span class="nbc-step-about">{step.description}</span>}
      </span>
    </li>
  );
}

/** A list that failed broke off at what was in progress. */
function lookOf(step: TodoStep, item: TodoItem): Look {
  return item.status === "failed" && step.status === "in_progress" ? "failed" : step.status;
}
