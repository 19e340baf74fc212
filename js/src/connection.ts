// The page's end of one widget: it keeps the view up to date from the trait and the patches, and sends replies and moves. It
// holds no truth; a page that missed something asks for the whole state again.
import type { AnyModel } from "@anywidget/types";
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { Uploads } from "./forms/uploads";
import { newId } from "./ids";
import { type Move, Moves } from "./moves";
import { applyPatches } from "./patch";
import type { AckMessage, KernelMessage, PageMessage, PatchMessage, TranscriptView, WidgetState } from "./protocol";
import { PATIENCE_MS, Replies } from "./replies";
import { share } from "./share";

/** `restarted`: the comm was closed under us; `lost`: sending failed. Both last until the kernel is heard again. */
export type Link = "live" | "restarted" | "lost";

type Timer = ReturnType<typeof setTimeout>;

/** After this long the whole state is asked for again, then after twice as long, and so on. */
const RESYNC_AGAIN_MS = 3000;
const RESYNC_TIMES = 4;
/** An accepted reply ends its ask at once, an accepted move changes the view; after this long it must have been missed. */
const END_MISSED_MS = 1500;
/** A restarting kernel takes a moment to let go of its comms. */
const LINK_CHECK_MS = 300;
const NOTICE_MS = 8000;

const BUSY = "Kernel is busy. It will follow when it is free.";
const UNREACHABLE = "The kernel cannot be reached. Run the cell again.";
/** What is said when the kernel does not say why. */
const REFUSED: Record<Move["kind"], string> = {
  rewind: "This answer cannot be edited.",
  branch: "This branch cannot be shown.",
  start_over: "It could not be started over.",
};

const NOTHING: TranscriptView = {
  execution_id: "",
  workflow: "",
  title: "Conversation",
  status: "running",
  items: [],
  asks: [],
  started_at: null,
  ended_at: null,
  branch: null,
  resumed: false,
  can_rewind: false,
};

export const hasEnded = (view: TranscriptView): boolean => view.status !== "running" && view.status !== "waiting";

export class Connection {
  readonly replies = new Replies();
  readonly moves = new Moves();
  readonly uploads = new Uploads((message, buffers) => this.#send(message, buffers));
  readonly #model: AnyModel;
  readonly #view = signal<TranscriptView>(NOTHING);
  readonly #link = signal<Link>("live");
  readonly #skew = signal(0);
  readonly #notice = signal("");
  readonly #stopping = signal<string | null>(null);
  readonly #saving = signal<string | null>(null);
  #seq = -1;
  /** Runs while the state was asked for and has not come yet. */
  #asking: Timer | null = null;
  readonly #timers = new Set<Timer>();

  constructor(model: AnyModel, abort: AbortSignal) {
    this.#model = model;
    const onMessage = (message: KernelMessage) => this.receive(message);
    const onState = () => this.#adopt(model.get("state"));
    const onComm = () => this.#checkLink();
    model.on("msg:custom", onMessage);
    model.on("change:state", onState);
    model.on("comm_live_update", onComm);
    abort.addEventListener("abort", () => {
      model.off("msg:custom", onMessage);
      model.off("change:state", onState);
      model.off("comm_live_update" as "msg:custom", onComm);
      this.#close();
    });
    onState();
    // The trait may be older than this view (a second view of the same output), and a patch sent before we listened is gone
    // without leaving a gap when it was the last one. Asking once costs one message and closes both holes.
    if (this.#seq < 0 || !hasEnded(this.#view.peek())) this.#resync();
  }

  /** What is drawn. Parts that did not change keep their identity from one view to the next. */
  get view(): ReadonlySignal<TranscriptView> {
    return this.#view;
  }
  get link(): ReadonlySignal<Link> {
    return this.#link;
  }
  /** Seconds to add to this page's clock to get the kernel's. */
  get skew(): ReadonlySignal<number> {
    return this.#skew;
  }
  /** A short message for the person, gone after a few seconds. */
  get notice(): ReadonlySignal<string> {
    return this.#notice;
  }
  /** The id of the cancel under way. */
  get stopping(): ReadonlySignal<string | null> {
    return this.#stopping;
  }

  /** The id of the message that saves the replies, while it is under way. */
  get saving(): ReadonlySignal<string | null> {
    return this.#saving;
  }

  reply(taskId: string, input: unknown): void {
    const now = this.replies.states.peek().get(taskId);
    if (now && "replyId" in now) return;
    const replyId = newId();
    if (this.#send({ kind: "reply", reply_id: replyId, task_id: taskId, input })) this.replies.began(taskId, replyId);
  }

  stop(): void {
    if (this.#stopping.peek()) return;
    const replyId = newId();
    if (!this.#send({ kind: "cancel", reply_id: replyId })) return;
    this.#stopping.value = replyId;
    this.#later(PATIENCE_MS, () => {
      if (this.#stopping.peek() === replyId) this.#say("Kernel is busy. It will stop when it is free.");
    });
  }

  /** Has the replies written to a file; the ack says to which. */
  saveReplies(): void {
    if (this.#saving.peek()) return;
    const replyId = newId();
    if (!this.#send({ kind: "save_replies", reply_id: replyId })) return;
    this.#saving.value = replyId;
    this.#later(PATIENCE_MS, () => {
      if (this.#saving.peek() === replyId) this.#say(BUSY);
    });
  }

  /** Asks the answered `taskId` again. False when that cannot be asked for now, as with the next two. */
  rewind(taskId: string): boolean {
    return this.#move({ kind: "rewind", reply_id: newId(), task_id: taskId });
  }

  showBranch(index: number): boolean {
    return this.#move({ kind: "branch", reply_id: newId(), index });
  }

  startOver(): boolean {
    return this.#move({ kind: "start_over", reply_id: newId() });
  }

  #move(move: Move): boolean {
    if (this.moves.current.peek()) return false;
    if (!this.#send(move)) {
      if (hasEnded(this.#view.peek())) this.#say(UNREACHABLE); // a run that goes on says so by itself
      return false;
    }
    this.moves.began(move);
    this.#later(PATIENCE_MS, () => {
      if (this.moves.isUnheard(move)) this.#say(BUSY);
    });
    return true;
  }

  receive(message: KernelMessage): void {
    batch(() => {
      if (message.kind === "patch") this.#patch(message);
      else if (message.kind === "state") this.#adopt(message.state);
      else if (message.kind === "ack") this.#acknowledged(message);
      else return;
      this.#link.value = "live";
    });
  }

  #patch({ seq, ops }: PatchMessage): void {
    if (seq <= this.#seq) return;
    const next = seq === this.#seq + 1 ? this.#patched(ops) : null;
    if (next) {
      this.#seq = seq;
      this.#show(next);
    } else {
      this.#resync();
    }
  }

  /** The view with `ops` applied, or null when they do not fit it. */
  #patched(ops: PatchMessage["ops"]): TranscriptView | null {
    try {
      return applyPatches(this.#view.peek(), ops);
    } catch {
      return null;
    }
  }

  #adopt(state: WidgetState | undefined): void {
    if (!state?.view || state.seq < this.#seq) return;
    this.#stopAsking();
    this.#skew.value = state.now - Date.now() / 1000;
    if (state.seq === this.#seq) return;
    this.#seq = state.seq;
    this.#show(share(this.#view.peek(), state.view));
  }

  #show(view: TranscriptView): void {
    // Branches share their task ids; what was sent to one says nothing about another.
    const isSame = view.execution_id === this.#view.peek().execution_id;
    this.#view.value = view;
    this.replies.keepOnly(isSame ? view.asks.map((ask) => ask.task_id) : []);
    if (!isSame || hasEnded(view)) this.#stopping.value = null;
    this.moves.shown(view);
  }

  #acknowledged(ack: AckMessage): void {
    if (this.uploads.acknowledged(ack)) return;
    if (ack.reply_id === this.#stopping.peek()) {
      if (ack.code === "accepted") return; // the view will say that it stopped
      this.#stopping.value = null;
      if (ack.code !== "closed") this.#say(ack.message || "It could not be stopped.");
      return;
    }
    if (ack.reply_id === this.#saving.peek()) {
      this.#saving.value = null;
      this.#say(ack.message || "The replies could not be saved.");
      return;
    }
    const move = this.moves.acknowledged(ack);
    if (move) this.#moved(move, ack);
    const taskId = move ? null : this.replies.acknowledged(ack);
    if (taskId === null) return;
    if (ack.code === "rejected" || ack.code === "failed") {
      if (!this.replies.states.peek().has(taskId)) this.#say(ack.message); // the ask is gone, and with it the place to say so
      return;
    }
    if (ack.code === "closed") this.#say(ack.message || "Already answered elsewhere.");
    // The patch that ends the ask follows. Should it have been lost, the ask must not stay for ever.
    this.#later(END_MISSED_MS, () => {
      if (this.replies.states.peek().has(taskId)) this.#resync();
    });
  }

  #moved(move: Move, ack: AckMessage): void {
    if (ack.code !== "accepted") {
      this.#say(ack.message || REFUSED[move.kind]);
      return;
    }
    if (this.#notice.peek() === BUSY) this.#notice.value = "";
    this.moves.shown(this.#view.peek());
    this.#later(END_MISSED_MS, () => {
      if (this.moves.current.peek() !== move) return;
      this.moves.forget();
      this.#resync();
    });
  }

  #resync(): void {
    if (this.#asking === null) this.#ask(0);
  }

  #ask(times: number): void {
    if (!this.#send({ kind: "resync" })) return;
    this.#asking = this.#later(RESYNC_AGAIN_MS * 2 ** times, () => {
      this.#asking = null;
      if (times < RESYNC_TIMES && this.#link.peek() === "live") this.#ask(times + 1);
    });
  }

  #stopAsking(): void {
    if (this.#asking !== null) clearTimeout(this.#asking);
    this.#asking = null;
  }

  /** The comm went away or came back; which one is not told, so it counts as gone until the kernel answers. */
  #checkLink(): void {
    this.#disconnected("restarted");
    this.#stopAsking();
    this.#later(LINK_CHECK_MS, () => {
      if (this.#link.peek() !== "live") this.#resync();
    });
  }

  #send(message: PageMessage, buffers: ArrayBuffer[] = []): boolean {
    try {
      this.#model.send(message, undefined, buffers);
      return true;
    } catch {
      if (this.#link.peek() === "live") this.#disconnected("lost");
      return false;
    }
  }

  #disconnected(link: Link): void {
    this.#link.value = link;
    this.#stopping.value = null;
    this.#saving.value = null;
    this.moves.forget();
    this.replies.abandon();
    this.uploads.abandon();
  }

  #say(text: string): void {
    this.#notice.value = text;
    this.#later(NOTICE_MS, () => {
      if (this.#notice.peek() === text) this.#notice.value = "";
    });
  }

  #later(ms: number, action: () => void): Timer {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.replies.close();
  }
}
