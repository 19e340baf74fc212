// One conversation: its head, what was said, and the asks that are open now.
import { useLayoutEffect, useMemo } from "preact/hooks";
import { Asks } from "./asks/asks";
import { hotkeyChoice } from "./asks/hotkeys";
import { type Connection, hasEnded, type Link } from "./connection";
import { dropEndedDrafts } from "./drafts";
import { FocusKeeper } from "./focus";
import { Header } from "./header";
import { Transcript } from "./transcript";

interface ConversationProps {
  readonly connection: Connection;
  /** The element all of this is drawn into. */
  readonly root: HTMLElement;
}

const GONE: Record<Exclude<Link, "live">, string> = {
  restarted: "The kernel restarted. Run the cell again to continue.",
  lost: "The kernel cannot be reached. Run the cell again to continue.",
};

export function Conversation({ connection, root }: ConversationProps) {
  const view = connection.view.value;
  const link = hasEnded(view) ? "live" : connection.link.value;
  const focus = useMemo(() => new FocusKeeper(root), [root]);

  useLayoutEffect(() => focus.settle(view.asks), [focus, view]);
  useLayoutEffect(() => {
    if (view.execution_id)
      dropEndedDrafts(
        view.execution_id,
        view.asks.map((ask) => ask.task_id),
      );
  }, [view.execution_id, view.asks]);

  const answer = (taskId: string, input: unknown) => {
    focus.answered();
    connection.reply(taskId, input);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const choice = link === "live" ? hotkeyChoice(event, view.asks) : null;
    if (!choice) return;
    event.preventDefault();
    answer(choice.taskId, { choice: choice.value });
  };

  return (
    <section class="nbc-frame" aria-label={view.title} onKeyDown={onKeyDown}>
      <Header view={view} link={link} stopping={connection.stopping.value !== null} onStop={() => connection.stop()} />
      <Transcript view={view} live={link === "live"} />
      <footer class="nbc-footer">
        {link !== "live" && (
          <p class="nbc-banner" role="alert">
            {GONE[link]}
          </p>
        )}
        <Asks connection={connection} view={view} enabled={link === "live"} focus={focus} onAnswer={answer} />
        <p class="nbc-notice" role="status">
          {connection.notice.value}
        </p>
      </footer>
    </section>
  );
}
