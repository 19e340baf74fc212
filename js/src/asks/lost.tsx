// What a person had written when an ask ended without their answer: another tab was faster, or the time was up. It cannot be
// sent any more, but it is theirs: it is shown until they put it away.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { readDraft } from "../drafts";
import { Copy } from "../markdown/code";
import type { AskView, TranscriptView } from "../protocol";
import type { ReplyState } from "../replies";

interface Lost {
  readonly taskId: string;
  readonly why: string;
  readonly text: string;
}

const WHY: Record<string, string> = {
  answered: "was answered elsewhere",
  timed_out: "is closed: the time was up",
};

export function LostDrafts({ view, replies }: { view: TranscriptView; replies: ReadonlyMap<string, ReplyState> }) {
  const lost = useSignal<readonly Lost[]>([]);
  const before = useRef<{ view: TranscriptView; sent: ReadonlySet<string> } | null>(null);

  useLayoutEffect(() => {
    const was = before.current;
    const isSent = ([, reply]: [string, ReplyState]) => "replyId" in reply;
    before.current = { view, sent: new Set([...replies].filter(isSent).map(([taskId]) => taskId)) };
    if (was?.view.execution_id !== view.execution_id) return;
    const ended = was.view.asks.filter((ask) => !view.asks.some(({ task_id }) => task_id === ask.task_id));
    const found = ended.filter((ask) => !was.sent.has(ask.task_id)).map((ask) => lostDraft(ask, view));
    if (found.some(Boolean)) lost.value = [...lost.peek(), ...found.filter((each) => each !== null)];
  });

  return (
    <div aria-live="polite" class="nbc-lost-drafts">
      {lost.value.map(({ taskId, why, text }) => (
        <div key={taskId} class="nbc-lost">
          <p>{why} This was written here:</p>
          <pre class="nbc-pre">{text}</pre>
          <div class="nbc-options">
            <Copy text={text} />
            <button
              type="button"
              class="nbc-copy"
              onClick={() => {
                lost.value = lost.peek().filter((each) => each.taskId !== taskId);
              }}
            >
              Put away
            </button>
          </div>
        </div>
      ))}
    </div>
  );
}

function lostDraft(ask: AskView, view: TranscriptView): Lost | null {
  const draft = readDraft(view.execution_id, ask.task_id);
  const answer = view.items.find((item) => item.kind === "answer" && item.id === ask.task_id);
  const why = answer?.kind === "answer" && WHY[answer.state];
  if (!draft || !why || answer.text === draft.trimEnd()) return null; // a second view of this tab has the same draft
  const text = ask.kind === "form" ? written(ask, draft) : draft;
  const name = ask.label ?? ask.prompt;
  return text ? { taskId: ask.task_id, why: `${name ? `“${name}”` : "This question"} ${why}.`, text } : null;
}

/** The texts in the draft of a form, a line each. */
function written(ask: AskView, draft: string): string {
  const labels = new Map(ask.form?.fields?.map(({ key, label }) => [key, label]));
  const texts = Object.entries(parsed(draft)).filter(([, each]) => typeof each === "string" && each.trim() !== "");
  return texts.map(([key, each]) => `${labels.get(key) ?? key}: ${each}`).join("\n");
}

/** The parts of a draft; a form that is a single field has one without a name. */
function parsed(draft: string): object {
  try {
    const entry: unknown = JSON.parse(draft);
    return typeof entry === "object" && entry !== null ? entry : { Answer: entry };
  } catch {
    return { Answer: draft };
  }
}
