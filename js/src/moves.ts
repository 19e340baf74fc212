// What a person asks of the conversation as a whole: to go back to an answer, to see another branch, to begin anew. Each of them
// puts another view in the place of this one, so there is one at a time.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { AckMessage, BranchMessage, RewindMessage, StartOverMessage, TranscriptView } from "./protocol";

export type Move = RewindMessage | BranchMessage | StartOverMessage;

/** The move under way: from when it is sent until the kernel has accepted it and the view it leads to is there. */
export class Moves {
  readonly #current = signal<Move | null>(null);
  #accepted = false;

  get current(): ReadonlySignal<Move | null> {
    return this.#current;
  }

  /** A move was sent. */
  began(move: Move): void {
    this.#current.value = move;
    this.#accepted = false;
  }

  /** An ack arrived. Gives the move it was for, or null when it was for something else. */
  acknowledged(ack: AckMessage): Move | null {
    const move = this.#current.peek();
    if (move?.reply_id !== ack.reply_id) return null;
    if (ack.code === "accepted") this.#accepted = true;
    else this.forget();
    return move;
  }

  /** The kernel has not said anything about `move` yet. */
  isUnheard(move: Move): boolean {
    return this.#current.peek() === move && !this.#accepted;
  }

  /** `view` is shown now, or is looked at again after an ack: the view can come first. */
  shown(view: TranscriptView): void {
    const move = this.#current.peek();
    if (move && this.#accepted && leadsTo(move, view)) this.forget();
  }

  forget(): void {
    this.#current.value = null;
  }
}

function leadsTo(move: Move, view: TranscriptView): boolean {
  if (move.kind === "rewind") return view.asks.some((ask) => ask.task_id === move.task_id);
  if (move.kind === "branch") return view.branch?.index === move.index;
  return !view.resumed;
}
