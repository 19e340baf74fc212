// What became of the replies made on this page. A reply is sent once and never again: the kernel acknowledges every one, late
// when it is busy with a cell, and delivering one twice is the kernel's to prevent, not ours to risk.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { AckMessage, FieldError } from "./protocol";

/** After this long without an ack the page says that the kernel is busy. */
export const PATIENCE_MS = 600;

export type ReplyState =
  | { readonly phase: "sending" | "queued" | "accepted"; readonly replyId: string }
  | { readonly phase: "refused"; readonly message: string; readonly errors: readonly FieldError[] };

/** The replies under way, by the task id of their ask. */
export class Replies {
  readonly #states = signal<ReadonlyMap<string, ReplyState>>(new Map());
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Replies whose ask ended before their ack came (another page was faster, say), by reply id. Their ack still matters. */
  readonly #outlived = new Map<string, string>();

  get states(): ReadonlySignal<ReadonlyMap<string, ReplyState>> {
    return this.#states;
  }

  /** A reply was sent. */
  began(taskId: string, replyId: string): void {
    this.#set(taskId, { phase: "sending", replyId });
    const late = () => {
      if (this.#taskOf(replyId)) this.#set(taskId, { phase: "queued", replyId });
    };
    this.#timers.set(replyId, setTimeout(late, PATIENCE_MS));
  }

  /** An ack arrived. Gives the task id it was for, or null when the reply was not made on this page. */
  acknowledged(ack: AckMessage): string | null {
    const taskId = this.#taskOf(ack.reply_id);
    if (!taskId) return this.#outlivedBy(ack.reply_id);
    this.#stopTimer(ack.reply_id);
    if (ack.code === "rejected" || ack.code === "failed") this.refuse(taskId, ack.message, ack.errors);
    else this.#set(taskId, { phase: "accepted", replyId: ack.reply_id });
    return taskId;
  }

  /** Shows at the ask why it was not answered. */
  refuse(taskId: string, message: string, errors: readonly FieldError[] = []): void {
    this.#set(taskId, { phase: "refused", message, errors });
  }

  /** The person goes on editing, or the ask has ended. */
  forget(taskId: string): void {
    const known = this.#states.peek().get(taskId);
    if (!known) return;
    if ("replyId" in known) this.#stopTimer(known.replyId);
    const states = new Map(this.#states.peek());
    states.delete(taskId);
    this.#states.value = states;
  }

  /** Forgets the replies to asks that are no longer open. */
  keepOnly(openTaskIds: readonly string[]): void {
    for (const taskId of this.#states.peek().keys()) {
      if (openTaskIds.includes(taskId)) continue;
      const known = this.#states.peek().get(taskId);
      if (known && (known.phase === "sending" || known.phase === "queued")) this.#outlived.set(known.replyId, taskId);
      this.forget(taskId);
    }
  }

  /** The kernel is gone: nothing under way will be acknowledged any more. */
  abandon(): void {
    for (const [taskId, state] of this.#states.peek()) {
      if ("replyId" in state) this.forget(taskId);
    }
    this.#outlived.clear();
  }

  /** Stops all timers. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #taskOf(replyId: string): string | null {
    for (const [taskId, state] of this.#states.peek()) {
      if ("replyId" in state && state.replyId === replyId) return taskId;
    }
    return null;
  }

  #outlivedBy(replyId: string): string | null {
    const taskId = this.#outlived.get(replyId) ?? null;
    this.#outlived.delete(replyId);
    return taskId;
  }

  #set(taskId: string, state: ReplyState): void {
    this.#states.value = new Map(this.#states.peek()).set(taskId, state);
  }

  #stopTimer(replyId: string): void {
    clearTimeout(this.#timers.get(replyId));
    this.#timers.delete(replyId);
  }
}
