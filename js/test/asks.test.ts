import { afterEach, describe, expect, it } from "vitest";
import { userEvent } from "vitest/browser";
import { clock, roughly } from "../src/asks/countdown";
import { skeleton } from "../src/asks/skeleton";
import type { AnswerItem, AskView } from "../src/protocol";
import { cleanUp, find, press, type Shown, settled, show, type, waiting } from "./page";
import { answered, chat, confirmation, drawn, EXPENSE_SCHEMA, form, suggestion } from "./views";

afterEach(cleanUp);

const field = (el: HTMLElement) => find<HTMLTextAreaElement>(el, "textarea");
const send = (el: HTMLElement) => find<HTMLButtonElement>(el, "button[aria-label=Send]");
const button = (el: HTMLElement, name: string) =>
  [...el.querySelectorAll("button")].find((each) => each.firstChild?.textContent === name) as HTMLButtonElement;
const message = (text: string) => ({ message: [{ type: "text", text }] });

describe("a chat ask", () => {
  it("has the prompt as its name, and a usual one without", () => {
    expect(field(show(waiting(chat())).el).getAttribute("aria-label")).toBe("What is your name?");
    expect(field(show(waiting(chat({ prompt: null }))).el).getAttribute("aria-label")).toBe("Type your message");
  });

  it("shows a long prompt above the field", () => {
    const { el } = show(waiting(chat({ prompt: "Why? ".repeat(30) })));
    expect(find(el, ".nbc-prompt").textContent).toContain("Why?");
    expect(field(el).placeholder).toBe("Type your message");
  });

  it("is sent with Enter, and goes on a new line with Shift+Enter", async () => {
    const { el, model } = show(waiting(chat()));
    await userEvent.click(field(el));
    await userEvent.keyboard("  Ada{Shift>}{Enter}{/Shift}Lovelace{Enter}");
    expect(model.replies).toMatchObject([{ input: message("  Ada\nLovelace") }]);
    expect(field(el).value).toBe("  Ada\nLovelace");
  });

  it("is sent with the button, which is disabled while there is nothing to send and while it is sent", async () => {
    const { el, model } = show(waiting(chat()));
    expect(send(el).disabled).toBe(true);
    await type(field(el), "   ");
    expect(send(el).disabled).toBe(true);
    await type(field(el), "Ada");
    expect(send(el).disabled).toBe(false);
    await userEvent.click(send(el));
    await settled();
    expect(send(el).disabled).toBe(true);
    press(field(el), "Enter");
    expect(model.replies).toHaveLength(1);
    expect(document.activeElement).toBe(field(el));
  });

  it("is not sent while text is being composed, nor by a key that is held down", async () => {
    const { el, model } = show(waiting(chat()));
    await type(field(el), "日本");
    press(field(el), "Enter", { isComposing: true });
    press(field(el), "Enter", { keyCode: 229 });
    press(field(el), "Enter", { repeat: true });
    expect(model.replies).toHaveLength(0);
    press(field(el), "Enter");
    expect(model.replies).toHaveLength(1);
  });

  it("sends a suggestion as it is", () => {
    const { el, model } = show(
      waiting(chat({ suggestions: [suggestion("Sicily"), { label: "Else", input: { any: 1 } }] })),
    );
    button(el, "Else").click();
    expect(model.replies).toMatchObject([{ input: { any: 1 } }]);
  });

  it("grows with its text, up to eight lines", async () => {
    const { el } = show(waiting(chat()));
    const one = field(el).offsetHeight;
    await type(field(el), "a\nb\nc");
    expect(field(el).offsetHeight).toBeGreaterThan(one);
    await type(field(el), "a\n".repeat(40));
    expect(field(el).offsetHeight).toBeLessThan(one * 8);
  });

  it("keeps its draft over a reload, until it ends", async () => {
    const ask = chat();
    const first = show(waiting(ask));
    await type(field(first.el), "half a thou");
    first.close();
    const { el, model } = show(waiting(ask));
    expect(field(el).value).toBe("half a thou");
    model.patch(1, { op: "remove", path: "/asks/0", value: null });
    await settled();
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  it("tells when the kernel is busy", async () => {
    const { el, model } = show(waiting(chat()));
    await type(field(el), "Ada");
    press(field(el), "Enter");
    await expect.poll(() => el.textContent).toContain("Kernel is busy. Your answer is queued.");
    model.ack("accepted");
    await settled();
    expect(el.textContent).not.toContain("Kernel is busy");
  });

  it("that is refused says why, keeps the text and the focus", async () => {
    const { el, model } = show(waiting(chat()));
    await type(field(el), "abc");
    press(field(el), "Enter");
    model.ack("rejected", "Not a number", [{ path: ["message", 0], message: "Digits only" }]);
    await settled();
    expect(field(el).getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(field(el).getAttribute("aria-describedby") ?? "")?.textContent).toBe(
      "Not a numberDigits only",
    );
    expect(field(el).value).toBe("abc");
    expect(document.activeElement).toBe(field(el));
    await type(field(el), "12");
    expect(field(el).getAttribute("aria-invalid")).toBe("false");
    press(field(el), "Enter");
    expect(model.replies).toHaveLength(2);
  });

  it("that was answered elsewhere leaves a notice", async () => {
    const { el, model } = show(waiting(chat()));
    await type(field(el), "Ada");
    press(field(el), "Enter");
    model.ack("closed", "Already answered.");
    model.patch(1, { op: "remove", path: "/asks/0", value: null });
    await settled();
    expect(find(el, "[role=status]").textContent).toBe("Already answered.");
  });

  it("cannot be answered while the kernel is gone, and keeps its draft", async () => {
    const { el, model } = show(waiting(chat()));
    await type(field(el), "Ada");
    model.gone = true;
    press(field(el), "Enter");
    await settled();
    expect(find(el, "[role=alert]").textContent).toContain("Run the cell again to continue.");
    expect(find(el, ".nbc-pill").textContent).toBe("Disconnected");
    expect(field(el).disabled).toBe(true);
    expect(field(el).value).toBe("Ada");
  });
});

describe("a confirmation", () => {
  const three = () =>
    confirmation({ options: ["fire", "water", "air"].map((value) => ({ value, label: value.toUpperCase() })) });

  it("has a button for each option, in order, and is named by its prompt", () => {
    const { el } = show(waiting(confirmation()));
    const group = find(el, "[role=group]");
    expect(document.getElementById(group.getAttribute("aria-labelledby") ?? "")?.textContent).toContain(
      "Send the report to everyone?",
    );
    expect([...group.querySelectorAll("button")].map((each) => each.textContent)).toEqual(["DeclineN", "AcceptY"]);
    for (const hint of group.querySelectorAll(".nbc-key")) expect(hint.getAttribute("aria-hidden")).toBe("true");
  });

  it("sends the value of what was chosen", () => {
    const { el, model } = show(waiting(confirmation()));
    button(el, "Decline").click();
    expect(model.replies).toMatchObject([{ input: { choice: "decline" } }]);
  });

  it.each([
    ["y", "accept"],
    ["N", "decline"],
  ])("takes %s from anywhere in the widget", (key, choice) => {
    const { el, model } = show(waiting(confirmation()));
    press(find(el, "[role=log]"), key);
    expect(model.replies).toMatchObject([{ input: { choice } }]);
  });

  it("takes digits for other options", () => {
    const { el, model } = show(waiting(three()));
    press(find(el, "[role=log]"), "2");
    expect(model.replies).toMatchObject([{ input: { choice: "water" } }]);
  });

  it("takes no key with a modifier, held down, typed into a text, or meant for another ask", async () => {
    const { el, model } = show(waiting(confirmation(), three(), chat()));
    press(find(el, "[role=log]"), "y");
    press(field(el), "y");
    const [first, second] = [...el.querySelectorAll("[data-task]")];
    press(find(first as HTMLElement, "button"), "y", { ctrlKey: true });
    press(find(first as HTMLElement, "button"), "y", { repeat: true });
    expect(model.replies).toHaveLength(0);
    press(find(second as HTMLElement, "button"), "3");
    expect(model.replies).toMatchObject([{ input: { choice: "air" } }]);
  });

  it("is reached and chosen with the keyboard alone", async () => {
    const { el, model } = show(waiting(confirmation()));
    find(el, "[role=log]").focus();
    await userEvent.keyboard("{Tab}");
    expect(document.activeElement).toBe(button(el, "Decline"));
    await userEvent.keyboard("{Tab}");
    expect(document.activeElement).toBe(button(el, "Accept"));
    await userEvent.keyboard("{Enter}");
    expect(model.replies).toMatchObject([{ input: { choice: "accept" } }]);
  });
});

describe("a form the kernel says no fields of", () => {
  const submit = (el: HTMLElement) => button(el, "Submit").click();
  const opened = async (ask = form()) => {
    const shown = show(waiting(ask));
    await settled();
    return shown;
  };

  it("starts from what its schema says", async () => {
    const { el } = await opened();
    expect(JSON.parse(field(el).value)).toEqual({ amount: 0, category: "travel", note: null });
    expect(find<HTMLLabelElement>(el, "label").textContent).toBe("Expense");
    expect(find<HTMLLabelElement>(el, "label").control).toBe(field(el));
  });

  it("has its own label when another widget has a form as well", async () => {
    const [first, second] = [await opened(), await opened()];
    expect(find<HTMLLabelElement>(first.el, "label").control).toBe(field(first.el));
    expect(find<HTMLLabelElement>(second.el, "label").control).toBe(field(second.el));
  });

  it("sends what was written", async () => {
    const { el, model } = await opened();
    await type(field(el), '{"amount": 3}');
    submit(el);
    expect(model.replies).toMatchObject([{ input: { amount: 3 } }]);
  });

  it("finds out itself what is not JSON", async () => {
    const { el, model } = await opened();
    await type(field(el), "{amount}");
    submit(el);
    await settled();
    expect(el.textContent).toContain("This is not valid JSON");
    expect(field(el).getAttribute("aria-invalid")).toBe("true");
    expect(model.replies).toHaveLength(0);
  });

  it("lists what the kernel found, with its place", async () => {
    const { el, model } = await opened();
    submit(el);
    model.ack("rejected", "2 errors", [{ path: ["items", 0, "amount"], message: "must be positive" }]);
    await settled();
    expect(find(el, ".nbc-field-error").textContent).toBe("items › 0 › amount: must be positive");
    expect(find(el, ".nbc-refusal").textContent).toBe("2 errors");
  });

  it("is what an ask of an unknown kind gets", async () => {
    const { el } = await opened(form({ kind: "hologram" as "form", schema: null, label: "Draft" }));
    expect(find(el, "label").textContent).toBe("Draft");
  });

  it.each([
    [EXPENSE_SCHEMA, { amount: 0, category: "travel", note: null }],
    [{ $ref: "#/$defs/A", $defs: { A: { type: "object", properties: { a: { type: "array" } } } } }, { a: [] }],
    [{ $ref: "#/$defs/A", $defs: { A: { properties: { a: { $ref: "#/$defs/A" } } } } }, expect.anything()],
    [{ $ref: "https://example.org/schema" }, null],
    [{ oneOf: [{ const: "a" }, { const: "b" }] }, "a"],
    [null, null],
  ])("makes a first answer from %j", (schema, value) => {
    expect(skeleton(schema)).toEqual(value);
  });
});

describe("what was written for an ask that ended without it", () => {
  const ended = (shown: Shown, ask: AskView, state: AnswerItem["state"]) =>
    shown.model.patch(
      1,
      { op: "remove", path: "/asks/0", value: null },
      { op: "add", path: "/items/-", value: answered("", { id: ask.task_id, state }) },
    );

  it.each([
    ["answered", "“Your name” was answered elsewhere."],
    ["timed_out", "“Your name” is closed: the time was up."],
  ] as const)("is shown until it is put away: %s", async (state, why) => {
    const ask = chat({ label: "Your name" });
    const shown = show(waiting(ask));
    await type(field(shown.el), "Ada Lov");
    ended(shown, ask, state);
    await settled();
    expect(find(shown.el, ".nbc-lost").textContent).toContain(why);
    expect(find(shown.el, ".nbc-lost pre").textContent).toBe("Ada Lov");
    button(shown.el, "Put away").click();
    await settled();
    expect(shown.el.querySelector(".nbc-lost")).toBeNull();
  });

  it("is named field by field", async () => {
    const ask = drawn();
    const shown = show(waiting(ask));
    await settled();
    await type(find(shown.el, "input"), "Train to Lille");
    ended(shown, ask, "answered");
    await settled();
    expect(find(shown.el, ".nbc-lost pre").textContent).toBe("Expense description: Train to Lille");
  });

  it("is nothing when it was sent from here, or nothing was written", async () => {
    const ask = chat();
    const shown = show(waiting(ask));
    await type(field(shown.el), "Ada");
    press(field(shown.el), "Enter");
    await settled();
    ended(shown, ask, "answered");
    await settled();
    const other = show(waiting(ask));
    ended(other, ask, "answered");
    await settled();
    expect(shown.el.querySelector(".nbc-lost")).toBeNull();
    expect(other.el.querySelector(".nbc-lost")).toBeNull();
  });
});

it("several asks say how many they are", () => {
  expect(show(waiting(chat(), confirmation())).el.textContent).toContain("2 questions are open.");
});

describe("a deadline", () => {
  it("says what counts when it has passed", () => {
    const deadline = Date.now() / 1000 + 60;
    const { el } = show(waiting(confirmation({ deadline, on_timeout: { choice: "decline" } })));
    expect(find(el, ".nbc-countdown").textContent).toContain(", then “Decline”");
    const other = show(waiting(chat({ deadline, on_timeout: { message: [] } })));
    expect(find(other.el, ".nbc-countdown").textContent).toContain("then it is answered by default");
  });

  it("is drawn as a line that becomes shorter", () => {
    const at = Date.now() / 1000 - 50;
    const { el } = show(waiting(chat({ at, deadline: at + 100 })));
    expect(Number.parseFloat(find(el, ".nbc-time > span").style.width)).toBeCloseTo(50, 0);
  });

  it("is counted down on the kernel's clock", async () => {
    const { el, model } = show(waiting(chat({ deadline: Date.now() / 1000 + 151.4 })));
    expect(find(el, ".nbc-countdown [aria-hidden]").textContent).toMatch(/^2:3[12] left$/);
    expect(find(el, ".nbc-countdown .nbc-unseen").textContent).toBe("About 3 minutes left");
    model.push({ kind: "state", state: { seq: 0, view: model.get("state") as never, now: Date.now() / 1000 + 1000 } });
    await settled();
    expect(find(el, ".nbc-countdown").textContent).toBe("Time is up");
  });

  it("ticks", async () => {
    const { el } = show(waiting(chat({ deadline: Date.now() / 1000 + 1.2 })));
    await expect.poll(() => find(el, ".nbc-countdown").textContent, { timeout: 4000 }).toBe("Time is up");
  });

  it.each([
    [5, "0:05", "Less than a minute left"],
    [151, "2:31", "About 3 minutes left"],
    [3661, "1:01:01", "About 62 minutes left"],
    [7300, "2:01:40", "About 2 hours left"],
  ])("%i seconds are %s", (seconds, ticking, rough) => {
    expect(clock(seconds)).toBe(ticking);
    expect(roughly(seconds)).toBe(rough);
  });
});
