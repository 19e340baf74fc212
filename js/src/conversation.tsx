// One conversation: its head, what was said, and the asks that are open now.
import { computed } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Asks } from "./asks/asks";
import { hotkeyChoice } from "./asks/hotkeys";
import { ViewContext } from "./canvas/context";
import { type Connection, hasEnded, type Link } from "./connection";
import { dropEndedDrafts } from "./drafts";
import { FocusKeeper } from "./focus";
import { Header } from "./header";
import { type Editing, EditingContext } from "./items/edit";
import { Needed } from "./needed";
import type { AnswerItem } from "./protocol";
import { Resumed } from "./resumed";
import { Transcript } from "./transcript";

interface ConversationProps {
  readonly connection: Connection;
  /** The element all of this is drawn into. */
  readonly root: HTMLElement;
  /** Whether the person may ask to be notified. */
  readonly offersBell: boolean;
}

const GONE: Record<Exclude<Link, "live">, string> = {
  restarted: "The kernel restarted. Run the cell again to continue.",
  lost: "The kernel cannot be reached. Run the cell again to continue.",
};

export function Conversation({ connection, root, offersBell }: ConversationProps) {
  const view = connection.view.value;
  const ended = hasEnded(view);
  const isReached = connection.link.value === "live";
  const link = ended ? "live" : connection.link.value;
  const move = connection.moves.current.value;
  const focus = useMemo(() => new FocusKeeper(root), [root]);
  // The answer the person went back to: what its ask starts from when it opens again.
  const edited = useRef<AnswerItem | null>(null);

  const needed = useMemo(() => new Needed(root), [root]);
  const footer = useRef<HTMLElement>(null);
  useEffect(
    () => needed.update(isReached ? view.asks : [], view.execution_id, view.title, footer.current),
    [needed, view.asks, isReached],
  );
  useEffect(() => () => needed.stop(), [needed]);
  useLayoutEffect(() => focus.settle(view.asks), [focus, view, isReached]);
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
  const editing = useMemo(
    (): Editing => ({
      isOffered: computed(() => connection.view.value.can_rewind),
      isReached: computed(() => connection.link.value === "live"),
      move: connection.moves.current,
      edit: (item) => {
        if (!connection.rewind(item.id)) return;
        edited.current = item;
        focus.reopens(item.id);
      },
    }),
    [connection, focus],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const choice = link === "live" ? hotkeyChoice(event, view.asks) : null;
    if (!choice) return;
    event.preventDefault();
    answer(choice.taskId, { choice: choice.value });
  };

  return (
    <section class="nbc-frame" aria-label={view.title} onKeyDown={onKeyDown}>
      <Header
        view={view}
        link={link}
        stopping={connection.stopping.value !== null}
        onStop={() => connection.stop()}
        canMove={isReached && move === null}
        onBranch={(index) => connection.showBranch(index)}
        saving={connection.saving.value !== null}
        canSave={isReached}
        onSave={() => connection.saveReplies()}
        offersBell={offersBell}
      />
      {view.resumed && !ended && isReached && <Resumed move={move} onStartOver={() => connection.startOver()} />}
      <EditingContext.Provider value={editing}>
        <ViewContext.Provider value={connection.view}>
          <Transcript view={view} live={link === "live"} />
        </ViewContext.Provider>
      </EditingContext.Provider>
      <footer ref={footer} class="nbc-footer">
        {link !== "live" && (
          <p class="nbc-banner" role="alert">
            {GONE[link]}
          </p>
        )}
        <Asks
          connection={connection}
          view={view}
          edited={edited.current}
          enabled={link === "live"}
          focus={focus}
          onAnswer={answer}
        />
        <p class="nbc-notice" role="status">
          {connection.notice.value}
        </p>
      </footer>
    </section>
  );
}
