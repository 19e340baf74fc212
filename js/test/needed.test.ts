// "You are needed": the tab's title, the cell's badge and the bell, while questions wait where the person does not look.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notifies } from "../src/needed";
import { cleanUp, find, type Shown, settled, show, waiting } from "./page";
import { answered, chat, confirmation } from "./views";

interface Noted {
  readonly title: string;
  readonly options: NotificationOptions;
  isClosed: boolean;
}

const browserNotification = globalThis.Notification;
let noted: Noted[] = [];
let permission: NotificationPermission = "default";

/** The browser's notifications, as a person who says yes has them. */
class FakeNotification {
  static get permission(): NotificationPermission {
    return permission;
  }
  static async requestPermission(): Promise<NotificationPermission> {
    permission = permission === "default" ? "granted" : permission;
    return permission;
  }
  readonly #note: Noted;
  onclick: (() => void) | null = null;
  constructor(title: string, options: NotificationOptions) {
    this.#note = { title, options, isClosed: false };
    noted.push(this.#note);
  }
  close(): void {
    this.#note.isClosed = true;
  }
}

function look(away: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => away });
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  document.title = "trip.ipynb";
  permission = "default";
  noted = [];
  globalThis.Notification = FakeNotification as unknown as typeof Notification;
});
afterEach(() => {
  cleanUp();
  look(false);
  notifies.value = false;
  localStorage.clear();
  globalThis.Notification = browserNotification;
});

const bell = ({ el }: Shown) => el.querySelector<HTMLElement>(".nbc-bell");

/** As after a scroll: far below what is on screen. */
async function scrollAway({ el }: Shown): Promise<void> {
  const above = document.createElement("div");
  above.style.height = "5000px";
  el.before(above);
  window.scrollTo(0, 0);
  await settled(100);
}

describe("the title", () => {
  it("counts the questions while the tab is hidden, and is what it was afterwards", async () => {
    const shown = show(waiting(chat(), confirmation()));
    await settled(60);
    expect(document.title).toBe("trip.ipynb");
    look(true);
    expect(document.title).toBe("(2) trip.ipynb");
    look(false);
    expect(document.title).toBe("trip.ipynb");
    look(true);
    shown.model.patch(1, { op: "remove", path: "/asks/0", value: null });
    await settled(60);
    expect(document.title).toBe("(1) trip.ipynb");
    shown.close();
    await settled();
    expect(document.title).toBe("trip.ipynb");
  });

  it("counts what is scrolled away, over all conversations of the page", async () => {
    const first = show({ execution_id: "one", ...waiting(chat()) });
    const second = show({ execution_id: "two", ...waiting(chat()) });
    await settled(60);
    await scrollAway(second);
    expect(document.title).toBe("(1) trip.ipynb");
    await scrollAway(first);
    expect(document.title).toBe("(2) trip.ipynb");
    second.el.scrollIntoView();
    await settled(100);
    expect(document.title).toBe("(1) trip.ipynb");
  });

  it("counts a conversation once that is shown twice, and not while one of them is in sight", async () => {
    const ask = chat();
    show(waiting(ask));
    const again = show(waiting(ask));
    await settled(60);
    await scrollAway(again);
    expect(document.title).toBe("trip.ipynb");
    look(true);
    expect(document.title).toBe("(1) trip.ipynb");
  });

  it("follows the page when it changes its title", async () => {
    show(waiting(chat()));
    await settled(60);
    look(true);
    document.title = "other.ipynb";
    await settled();
    expect(document.title).toBe("(1) other.ipynb");
    look(false);
    expect(document.title).toBe("other.ipynb");
  });

  it("says nothing of a conversation that nobody can answer any more", async () => {
    const shown = show(waiting(chat()));
    await settled(60);
    look(true);
    shown.model.gone = true;
    shown.model.trigger("comm_live_update");
    await settled(500);
    expect(document.title).toBe("trip.ipynb");
  });
});

describe("the badge", () => {
  it("stands at the cell while it asks", async () => {
    const cell = document.createElement("div");
    cell.className = "jp-Cell";
    document.body.append(cell);
    const shown = show(waiting(chat(), confirmation()));
    cell.append(shown.el);
    look(false);
    await settled(60);
    expect(cell.getAttribute("data-nbc-waiting")).toBe("2");
    shown.model.patch(1, { op: "replace", path: "/asks", value: [] });
    await settled(60);
    expect(cell.hasAttribute("data-nbc-waiting")).toBe(false);
  });
});

describe("the bell", () => {
  it("asks for permission when it is pressed, and not before", async () => {
    const shown = show(waiting(chat()));
    await settled(60);
    expect(permission).toBe("default");
    expect(bell(shown)?.getAttribute("aria-pressed")).toBe("false");
    bell(shown)?.click();
    await settled();
    expect(permission).toBe("granted");
    expect(bell(shown)?.getAttribute("aria-pressed")).toBe("true");
    bell(shown)?.click();
    await settled();
    expect(bell(shown)?.getAttribute("aria-pressed")).toBe("false");
  });

  it("rings for a question that comes while the tab is hidden, and takes it back with the answer", async () => {
    const shown = show({ status: "running", title: "Trip", asks: [] });
    bell(shown)?.click();
    await settled(60);
    shown.model.patch(1, { op: "add", path: "/asks/-", value: chat({ task_id: "seen" }) });
    await settled(60);
    expect(noted).toEqual([]);
    look(true);
    shown.model.patch(2, { op: "add", path: "/asks/-", value: chat({ task_id: "new", label: "Where to?" }) });
    await settled(120);
    expect(noted.map(({ title, options }) => [title, options.body])).toEqual([["Trip", "Where to?"]]);
    shown.model.patch(3, { op: "replace", path: "/asks", value: [] });
    await settled(120);
    expect(noted[0]?.isClosed).toBe(true);
  });

  it("is silent without a press", async () => {
    permission = "granted";
    const shown = show({ status: "running", asks: [] });
    await settled(60);
    look(true);
    shown.model.patch(1, { op: "add", path: "/asks/-", value: chat() });
    await settled(120);
    expect(noted).toEqual([]);
  });

  it("is not there where it could not ring, is not wanted, or has nothing to ring for", () => {
    permission = "denied";
    expect(bell(show(waiting(chat())))).toBeNull();
    permission = "default";
    expect(bell(show(waiting(chat()), { _notify: false }))).toBeNull();
    expect(bell(show({ items: [answered("Ada")], status: "completed", ended_at: 1 }))).toBeNull();
    expect(find(show(waiting(chat())).el, ".nbc-bell").title).toBe("Notify me of questions while I look elsewhere");
  });
});
