// The open asks. One alone stands plainly at the foot of the conversation; several get a card each.
import type { Connection } from "../connection";
import type { FocusKeeper } from "../focus";
import type { Uploads } from "../forms/uploads";
import type { AnswerItem, AskView, TranscriptView } from "../protocol";
import type { ReplyState } from "../replies";
import { CanvasAsk } from "./canvas";
import { ChatAsk } from "./chat";
import { ConfirmationAsk } from "./confirmation";
import { Countdown } from "./countdown";
import { FormAsk } from "./form";
import { LostDrafts } from "./lost";

/** What every kind of ask is drawn from. */
export interface AskProps {
  readonly ask: AskView;
  readonly executionId: string;
  /** The answer it had before the person went back to it. */
  readonly earlier: AnswerItem | null;
  /** What became of the newest reply made here; undefined before the first and while it is being edited. */
  readonly reply: ReplyState | undefined;
  /** False while the kernel is gone. */
  readonly enabled: boolean;
  /** Brings files to the kernel. */
  readonly uploads: Uploads;
  readonly onAnswer: (input: unknown) => void;
  /** The person goes on editing after a refused answer. */
  readonly onEdit: () => void;
  /** Takes the focus back to this ask's control. */
  readonly onRefused: () => void;
}

interface AsksProps {
  readonly connection: Connection;
  readonly view: TranscriptView;
  /** The newest answer the person went back to. */
  readonly edited: AnswerItem | null;
  readonly enabled: boolean;
  readonly focus: FocusKeeper;
  readonly onAnswer: (taskId: string, input: unknown) => void;
}

const KINDS: Record<string, (props: AskProps) => preact.JSX.Element> = {
  canvas: CanvasAsk,
  chat: ChatAsk,
  confirmation: ConfirmationAsk,
};

export function Asks({ connection, view, edited, enabled, focus, onAnswer }: AsksProps) {
  const several = view.asks.length > 1;
  const replies = connection.replies.states.value;
  return (
    <>
      <LostDrafts view={view} replies={replies} />
      {several && <p class="nbc-muted">{view.asks.length} questions are open. Answer them in any order.</p>}
      {view.asks.map((ask) => {
        const Kind = KINDS[ask.kind] ?? FormAsk;
        return (
          <div
            key={`${view.execution_id}:${ask.task_id}`}
            class={several ? "nbc-ask nbc-card" : "nbc-ask"}
            data-task={ask.task_id}
          >
            {(ask.label || ask.deadline !== null) && (
              <div class="nbc-ask-head">
                <span class="nbc-caption">{ask.label}</span>
                {ask.deadline !== null && <Countdown ask={ask} deadline={ask.deadline} skew={connection.skew.value} />}
              </div>
            )}
            <Kind
              ask={ask}
              executionId={view.execution_id}
              earlier={edited?.id === ask.task_id ? edited : null}
              reply={replies.get(ask.task_id)}
              enabled={enabled}
              uploads={connection.uploads}
              onAnswer={(input) => onAnswer(ask.task_id, input)}
              onEdit={() => connection.replies.forget(ask.task_id)}
              onRefused={() => focus.returnTo(ask.task_id)}
            />
          </div>
        );
      })}
    </>
  );
}
