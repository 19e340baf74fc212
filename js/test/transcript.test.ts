import { afterEach, describe, expect, it } from "vitest";
import type { TranscriptView } from "../src/protocol";
import { cleanUp, find, press, settled, show } from "./page";
import { answered, chat, STATES, says } from "./views";

afterEach(cleanUp);

type Item = TranscriptView["items"][number];
const strange = { kind: "hologram", id: "h", at: 0, depth: 3 } as unknown as Item;

describe("the transcript", () => {
  it.each(Object.keys(STATES))("is a log with the conversation's name: %s", (name) => {
    const { el } = show(STATES[name]);
    const log = find(el, "[role=log]");
    expect(log.getAttribute("aria-label")).toBe(STATES[name]?.title);
    expect(log.getAttribute("aria-live")).toBe("polite");
  });

  it.each([
    ["running", "Running"],
    ["waiting", "Waiting for you"],
    ["completed", "Done"],
    ["failed", "Failed"],
    ["canceled", "Cancelled"],
  ] as const)("says how the run is doing: %s", (status, words) => {
    const { el } = show({ status });
    expect(find(el, ".nbc-pill").textContent).toBe(words);
    expect(el.querySelector(".nbc-stop") !== null).toBe(status === "running" || status === "waiting");
  });

  it("stops the run once", async () => {
    const { el, model } = show();
    const stop = find<HTMLButtonElement>(el, ".nbc-stop");
    expect(stop.textContent).toBe("Stop");
    stop.click();
    stop.click();
    expect(model.sent.filter(({ kind }) => kind === "cancel")).toHaveLength(1);
    await settled();
    expect(find(el, ".nbc-pill").textContent).toBe("Stopping…");
  });

  it("shows what it does not know as JSON", () => {
    const unknown = says("", { chunks: [{ type: "canvas", resource: { uri: "file://a" } as never }] });
    const { el } = show({ items: [strange, unknown] });
    expect([...el.querySelectorAll("summary")].map((each) => each.textContent)).toEqual(["hologram", "canvas"]);
    expect(el.textContent).toContain('"depth": 3');
    expect(el.textContent).toContain('"uri": "file://a"');
  });

  it("survives values of unknown shape", () => {
    const items = [
      { kind: "activity", id: "a", name: "x", status: "paused", attempt: 1, error: null, at: 0 },
      {
        kind: "answer",
        id: "b",
        ask: "poll",
        label: null,
        prompt: null,
        text: "yes",
        value: 1,
        state: "answered",
        at: 0,
      },
      { kind: "answer", id: "c", ask: "chat", label: null, prompt: null, text: "", value: 1, state: "lost", at: 0 },
    ] as unknown as Item[];
    const { el } = show({ items, status: "sleeping" as "running" });
    expect(el.textContent).toContain("yes");
    expect(find(el, ".nbc-pill").textContent).toBe("sleeping");
  });

  it("says the question of a chat once in a loop", () => {
    const loop = { prompt: "Your turn" };
    const { el } = show({
      items: [answered("a", loop), says("ok"), answered("b", loop), answered("c", { label: "Name" })],
    });
    expect([...el.querySelectorAll(".nbc-caption")].map((each) => each.textContent)).toEqual(["Your turn", "Name"]);
  });

  it("says why an ask has no answer", () => {
    const { el } = show({ items: [answered("", { state: "timed_out", prompt: "Age?" })] });
    expect(find(el, ".nbc-unanswered").textContent).toBe("Age?No answer in time");
  });

  it("shows an exception where it happened, its traceback folded", () => {
    const { el } = show(STATES.failed);
    expect(find(el, ".nbc-failure-type").textContent).toBe("KeyError");
    expect(find<HTMLDetailsElement>(el, ".nbc-failure details").open).toBe(false);
    expect(find(el, ".nbc-failure pre").textContent).toContain("KeyError: 'amount'");
  });

  it("shows a scalar plainly and a small value unfolded", () => {
    const result = (value: unknown): Item => ({ kind: "result", id: String(value), value, at: 0 });
    const { el } = show({ items: [result(42), result({ a: 1 }), result(Array.from({ length: 50 }, String))] });
    expect(find(el, ".nbc-value").textContent).toBe("42");
    expect([...el.querySelectorAll("details")].map((each) => each.open)).toEqual([true, false]);
  });

  it("has a sign of work while nothing else shows it", async () => {
    const { el, model } = show();
    expect(el.querySelector(".nbc-working")).not.toBeNull();
    model.patch(1, { op: "add", path: "/items/-", value: says("He", { streaming: true }) });
    await settled();
    expect(el.querySelector(".nbc-working")).toBeNull();
    expect(el.querySelector(".nbc-streaming")).not.toBeNull();
  });

  it("keeps the notebook's shortcuts away and the page from being saved", () => {
    const { el } = show({ status: "waiting", asks: [chat()] });
    const field = find(el, "textarea");
    field.focus();
    expect(field.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    expect(press(field, "s", { ctrlKey: true }).defaultPrevented).toBe(true);
    expect(press(field, "c", { ctrlKey: true }).defaultPrevented).toBe(false);
  });

  it("lets a line break through that the notebook would forbid", () => {
    const { el } = show({ status: "waiting", asks: [chat()] });
    const field = find(el, "textarea");
    field.addEventListener("beforeinput", (event) => event.preventDefault());
    const isForbidden = (inputType: string) =>
      !field.dispatchEvent(new InputEvent("beforeinput", { inputType, bubbles: true, cancelable: true }));
    expect(isForbidden("insertLineBreak")).toBe(false);
    expect(isForbidden("historyUndo")).toBe(true);
  });

  it("leaves nothing behind", () => {
    const { el, model, close } = show(STATES.chat);
    expect(find(el, ".nbc.nbc-live")).toBeTruthy();
    close();
    expect(model.listeners).toBe(0);
    expect(el.innerHTML).toBe("");
  });

  it("puts the style sheet into the page once", () => {
    show();
    show();
    expect(document.querySelectorAll("style[id^=nbconvo-style-]")).toHaveLength(1);
  });
});

describe("a long transcript", () => {
  const many = Array.from({ length: 1000 }, (_, index) => says(`Message **${index}** with \`code\``));
  const far = (log: HTMLElement) => log.scrollHeight - log.scrollTop - log.clientHeight;

  it("is drawn quickly, and a change redraws only what changed", async () => {
    const start = performance.now();
    const { el, model } = show({ items: many });
    expect(performance.now() - start).toBeLessThan(1500);
    const rows = el.querySelectorAll(".nbc-item");
    expect(rows).toHaveLength(200);
    const changed = new Set<Node>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) changed.add(target);
    });
    observer.observe(find(el, ".nbc-items"), { subtree: true, childList: true, characterData: true, attributes: true });
    let spent = 0;
    for (let seq = 1; seq <= 20; seq += 1) {
      model.patch(seq, { op: "append", path: "/items/999/chunks/0/text", value: " more" });
      const before = performance.now();
      await settled(0);
      spent += performance.now() - before;
    }
    await settled();
    observer.disconnect();
    expect(spent / 20).toBeLessThan(50);
    for (const node of changed) expect(rows[199]?.contains(node)).toBe(true);
  });

  it("of ten thousand messages draws the newest, and earlier ones as the reader goes up", async () => {
    const { el, model } = show({ items: Array.from({ length: 10_000 }, (_, index) => says(`Message **${index}**`)) });
    const log = find(el, "[role=log]");
    await settled(60);
    expect(far(log)).toBeLessThan(2);
    expect(find(el, ".nbc-earlier").textContent).toBe("Show earlier (9800)");

    const before = find(el, ".nbc-item");
    log.scrollTop = 40;
    await settled();
    const top = before.getBoundingClientRect().top;
    await settled(200);
    expect(find(el, ".nbc-item").textContent).not.toBe(before.textContent);
    expect(Math.abs(before.getBoundingClientRect().top - top)).toBeLessThan(2);
    model.patch(1, { op: "add", path: "/items/-", value: says("one more") });
    await settled();
    expect(before.isConnected).toBe(true);
    expect(el.textContent).toContain("one more");
    expect(el.querySelectorAll(".nbc-item").length).toBeLessThan(1000);
  });

  it("stays at the end until the reader goes up, and comes back on demand", async () => {
    const { el, model } = show({ items: many.slice(0, 60) });
    const log = find(el, "[role=log]");
    await settled(60);
    expect(far(log)).toBeLessThan(2);
    model.patch(1, { op: "add", path: "/items/-", value: says("one\n\ntwo\n\nthree") });
    await settled(60);
    expect(far(log)).toBeLessThan(2);
    expect(el.querySelector(".nbc-jump")).toBeNull();

    log.scrollTop = 200;
    await settled(60);
    model.patch(2, { op: "add", path: "/items/-", value: says("four") });
    await settled(60);
    expect(log.scrollTop).toBe(200);
    const jump = find(el, ".nbc-jump");
    expect(jump.textContent).toContain("Jump to latest");
    jump.click();
    await settled(60);
    expect(far(log)).toBeLessThan(2);
    expect(el.querySelector(".nbc-jump")).toBeNull();
  });

  it.each([320, 900])("fits into %i pixels, long words and all", (width) => {
    const { el } = show(STATES.rich);
    el.style.width = `${width}px`;
    expect(find(el, ".nbc-log").scrollWidth).toBeLessThanOrEqual(find(el, ".nbc-log").clientWidth);
    expect(find(el, ".nbc").scrollWidth).toBeLessThanOrEqual(width);
  });
});
