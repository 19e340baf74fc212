// "You are needed": while a conversation waits for an answer and the person looks elsewhere, the tab's title says how many
// questions wait, and the notebook cell carries a badge. Whoever pressed the bell is notified of new ones by the browser.
import { signal } from "@preact/signals";
import type { AskView } from "./protocol";

/** One drawn conversation: what it asks, and whether the person can see that it does. */
interface Showing {
  readonly tasks: readonly string[];
  readonly isAway: boolean;
  readonly cell: Element | null;
}

interface Page {
  /** All conversations of this page, those of other versions of this module included: there is only one title. */
  readonly showings: Map<object, Showing>;
  /** The title as the page has it, and with our prefix; null while there is none. */
  bare: string;
  titled: string | null;
}

const shared = globalThis as { __nbconvoNeeded?: Page };
shared.__nbconvoNeeded ??= { showings: new Map(), bare: "", titled: null };
const page = shared.__nbconvoNeeded;

const BADGE = "data-nbc-waiting";
const WANTED = "nbconvo:notify";

/** The questions that wait out of sight. One that is shown twice waits in sight when either can be seen. */
function outOfSight(): number {
  const seen = new Set<string>();
  const unseen = new Set<string>();
  for (const { tasks, isAway } of page.showings.values()) for (const task of tasks) (isAway ? unseen : seen).add(task);
  return [...unseen].filter((task) => !seen.has(task)).length;
}

/** The page may change its title at any time (JupyterLab does with every tab): what it says then is what follows the prefix. */
function retitle(): void {
  const count = outOfSight();
  if (document.title !== page.titled) page.bare = document.title;
  const wasTitled = page.titled !== null;
  page.titled = count > 0 ? `(${count}) ${page.bare}` : null;
  const title = page.titled ?? page.bare;
  if ((count > 0 || wasTitled) && document.title !== title) document.title = title;
}

function badge(cell: Element | null): void {
  if (!cell) return;
  const here = [...page.showings.values()].filter((showing) => showing.cell === cell);
  const count = new Set(here.flatMap(({ tasks }) => tasks)).size;
  if (count > 0) cell.setAttribute(BADGE, String(count));
  else cell.removeAttribute(BADGE);
}

/** One conversation's part in it. `update` it with every view, `stop` it when it is taken away. */
export class Needed {
  readonly #root: HTMLElement;
  readonly #seen: IntersectionObserver;
  readonly #titles = new MutationObserver(retitle);
  readonly #notes = new Map<string, Notification>();
  #tasks: readonly string[] = [];
  #isInView = true;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#seen = new IntersectionObserver((entries) => {
      this.#isInView = entries.at(-1)?.isIntersecting ?? true;
      this.#show();
    });
    document.addEventListener("visibilitychange", this.#show);
    this.#titles.observe(document.head, { childList: true, subtree: true, characterData: true });
  }

  /** What is asked now, in the conversation `title`, whose questions stand in `place`. */
  update(asks: readonly AskView[], executionId: string, title: string, place: Element | null): void {
    this.#seen.disconnect();
    if (place) this.#seen.observe(place);
    const key = (ask: AskView) => `${executionId}:${ask.task_id}`;
    const known = new Set(this.#tasks);
    this.#tasks = asks.map(key);
    for (const ask of asks) if (!known.has(key(ask))) this.#notify(key(ask), title, ask.label || ask.prompt);
    for (const [task, note] of this.#notes) if (!this.#tasks.includes(task)) this.#take(task, note);
    this.#show();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#show);
    this.#seen.disconnect();
    this.#tasks = [];
    for (const [task, note] of this.#notes) this.#take(task, note);
    this.#show();
    page.showings.delete(this);
    this.#titles.disconnect();
  }

  readonly #show = (): void => {
    const before = page.showings.get(this)?.cell ?? null;
    const cell = this.#root.closest(".jp-Cell") ?? before;
    page.showings.set(this, { tasks: this.#tasks, isAway: document.hidden || !this.#isInView, cell });
    badge(cell);
    retitle();
  };

  #notify(task: string, title: string, body: string | null): void {
    if (!document.hidden || !notifies.peek() || Notification.permission !== "granted") return;
    try {
      const note = new Notification(title, { body: body ?? "", tag: task });
      note.onclick = () => {
        window.focus();
        this.#root.scrollIntoView({ block: "nearest" });
        note.close();
      };
      this.#notes.set(task, note);
    } catch {
      // Some browsers notify from service workers only; the title says it all the same.
    }
  }

  #take(task: string, note: Notification): void {
    note.close();
    this.#notes.delete(task);
  }
}

/** Whether the person wants to be notified, in this browser. */
export const notifies = signal(readWanted());

/** False where the browser cannot, or was told never to. */
export const canNotify = (): boolean => "Notification" in globalThis && Notification.permission !== "denied";

/** Asks the browser for its permission, which only a click may do, or stops. */
export async function setNotifies(wanted: boolean): Promise<void> {
  notifies.value = wanted && (await Notification.requestPermission()) === "granted";
  try {
    if (notifies.value) localStorage.setItem(WANTED, "yes");
    else localStorage.removeItem(WANTED);
  } catch {
    // No storage: it is forgotten with the page.
  }
}

function readWanted(): boolean {
  try {
    return localStorage.getItem(WANTED) === "yes" && Notification.permission === "granted";
  } catch {
    return false;
  }
}
