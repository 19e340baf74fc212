// The head of a conversation: what it is, how it is doing, which branch of it this is, and the ways to save and to stop it.
import { Bell } from "./bell";
import { Branches } from "./branches";
import { hasEnded, type Link } from "./connection";
import type { TranscriptView } from "./protocol";
import { SaveReplies } from "./save";

const WORDS: Record<TranscriptView["status"], string> = {
  running: "Running",
  waiting: "Waiting for you",
  completed: "Done",
  failed: "Failed",
  canceled: "Cancelled",
};

interface HeaderProps {
  readonly view: TranscriptView;
  readonly link: Link;
  readonly stopping: boolean;
  readonly onStop: () => void;
  /** Whether another branch can be asked for now. */
  readonly canMove: boolean;
  readonly onBranch: (index: number) => void;
  /** Whether the replies are being saved, and whether the kernel is there to do it. */
  readonly saving: boolean;
  readonly canSave: boolean;
  readonly onSave: () => void;
  readonly offersBell: boolean;
}

const isAnswered = (item: TranscriptView["items"][number]): boolean =>
  item.kind === "answer" && item.state === "answered";

export function Header(props: HeaderProps) {
  const { view, link, stopping, onStop, canMove, onBranch, saving, canSave, onSave, offersBell } = props;
  const connected = link === "live";
  const look = connected ? view.status : "disconnected";
  const words = !connected ? "Disconnected" : stopping ? "Stopping…" : (WORDS[view.status] ?? view.status);
  return (
    <header class="nbc-header">
      <span class="nbc-title" title={view.title}>
        {view.title}
      </span>
      <span class={`nbc-pill nbc-is-${look}`} aria-live="polite">
        <span class="nbc-dot" aria-hidden="true" />
        {words}
      </span>
      {view.branch && <Branches branch={view.branch} enabled={canMove} onShow={onBranch} />}
      {view.items.some(isAnswered) && <SaveReplies saving={saving} enabled={canSave} onSave={onSave} />}
      {offersBell && connected && !hasEnded(view) && <Bell />}
      {connected && !hasEnded(view) && (
        <button type="button" class="nbc-stop" aria-disabled={stopping} onClick={onStop}>
          <span class="nbc-square" aria-hidden="true" />
          Stop
        </button>
      )}
    </header>
  );
}
