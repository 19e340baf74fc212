// Where the keyboard goes when what had the focus is taken away: to the next ask, or to the transcript while there is none. A
// notebook would otherwise take the next key as a command. Focus is never taken from outside the widget.
import { isTextField } from "./keyboard";
import type { AskView } from "./protocol";

export class FocusKeeper {
  readonly #root: HTMLElement;
  #last: Element | null = null;
  #answered = false;
  #reopening: string | null = null;
  #known: ReadonlySet<string> | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
    root.addEventListener("focusin", ({ target }) => {
      this.#last = target as Element;
    });
    // An element that is being removed is told that it lost the focus as well; only one that is still there was left on purpose.
    root.addEventListener("focusout", ({ target }) =>
      queueMicrotask(() => {
        if ((target as Element).isConnected && !this.#inside()) this.#last = null;
      }),
    );
  }

  /** The person answered in this view: the next ask may have the focus. */
  answered(): void {
    this.#answered = true;
  }

  /** The person goes back to an answer in this view: its ask may have the focus when it opens again. */
  reopens(taskId: string): void {
    this.#reopening = taskId;
  }

  /** After every drawing that can open an ask or take something away, with the asks that are open now. */
  settle(asks: readonly AskView[]): void {
    const known = this.#known;
    this.#known = new Set(asks.map((ask) => ask.task_id));
    if (!known) return; // the first drawing
    const opened = asks.filter((ask) => !known.has(ask.task_id));
    const reopened = opened.find((ask) => ask.task_id === this.#reopening);
    const fresh = reopened ?? opened[0];
    const dropped = this.#last !== null && !this.#last.isConnected && this.#nowhere();
    if (dropped) this.#catch((fresh ?? asks[0])?.task_id);
    else if (fresh && (this.#answered || reopened) && this.#free()) this.#control(fresh.task_id)?.focus();
    if (fresh) this.#answered = false;
    if (reopened) this.#reopening = null;
  }

  /** Back to the ask whose answer was refused, unless the person went elsewhere. */
  returnTo(taskId: string): void {
    if (this.#free()) this.#control(taskId)?.focus();
  }

  /** An ask that cannot be answered now does not take the focus; the transcript always does. */
  #catch(taskId: string | undefined): void {
    this.#control(taskId)?.focus();
    if (this.#nowhere()) this.#control(undefined)?.focus();
  }

  #control(taskId: string | undefined): HTMLElement | null {
    const place = taskId === undefined ? "[role=log]" : `[data-task="${CSS.escape(taskId)}"] [data-control]`;
    return this.#root.querySelector(place);
  }

  /** Nobody is typing anywhere: the focus is nowhere, or in the widget on something that is not a text. */
  #free(): boolean {
    return this.#nowhere() || (this.#inside() && !isTextField(this.#active()));
  }

  #nowhere(): boolean {
    const active = this.#active();
    return active === null || active === document.body;
  }

  #inside(): boolean {
    return this.#root.contains(this.#active());
  }

  #active(): Element | null {
    const root = this.#root.getRootNode();
    return root instanceof ShadowRoot ? (root.activeElement ?? document.activeElement) : document.activeElement;
  }
}
