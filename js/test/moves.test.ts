import type {} from "@vitest/browser-playwright"; // what cdp() can do
import { afterEach, describe, expect, it } from "vitest";
import { cdp, userEvent } from "vitest/browser";
import type { AnswerItem, TranscriptView } from "../src/protocol";
import { cleanUp, find, press, type Shown, settled, show, type, waiting } from "./page";
import { answered, chat, confirmation, form, STATES, says, state } from "./views";

afterEach(cleanUp);

const named = (el: HTMLElement, name: string) =>
  [...el.querySelectorAll<HTMLElement>("button")].filter(
    (each) => (each.getAttribute("aria-label") ?? each.textContent) === name,
  );
const button = (el: HTMLElement, name: string): HTMLElement => {
  const [first] = named(el, name);
  if (!first) throw new Error(`no button ${name} in ${el.innerHTML}`);
  return first;
};
const isDisabled = (each: HTMLElement) => each.getAttribute("aria-disabled") === "true";
const field = (el: HTMLElement) => find<HTMLTextAreaElement>(el, "textarea");
const opacity = (each: Element) => Number(getComputedStyle(each).opacity);

/** The kernel agreed: a new execution, in which the asks are as given. */
function arrive({ model }: Shown, parts: Partial<TranscriptView>): void {
  const next = { execution_id: "exec-2", branch: { index: 2, count: 2 }, can_rewind: true, ...parts };
  model.push({ kind: "state", state: state({ ...waiting(), ...next }, 1) });
}

describe("an answer", () => {
  const ada = () => answered("Ada\nLovelace", { id: "name" });
  const withAda = (parts: Partial<TranscriptView> = {}) => ({ can_rewind: true, items: [ada()], ...parts });
  const nameAsk = () => chat({ task_id: "name" });

  it("can be edited, however it was given, unless nobody gave it", () => {
    const { el } = show(STATES.resumed);
    const edits = named(el, "Edit answer");
    expect(edits).toHaveLength(3);
    const described = edits.map((each) => document.getElementById(each.getAttribute("aria-describedby") ?? ""));
    expect(described.map((each) => each?.textContent?.slice(0, 9))).toEqual(["Somewhere", "MeansWhic", "ExpenseAn"]);
  });

  it("cannot be edited where answers cannot be changed", async () => {
    const { el, model } = show(withAda({ can_rewind: false }));
    expect(named(el, "Edit answer")).toHaveLength(0);
    model.patch(1, { op: "replace", path: "/can_rewind", value: true });
    await settled();
    expect(named(el, "Edit answer")).toHaveLength(1);
  });

  it("cannot be edited while the kernel is gone, which takes no focus away", async () => {
    const { el, model } = show(withAda(waiting(chat())));
    const edit = button(el, "Edit answer");
    edit.focus();
    model.trigger("comm_live_update");
    await settled();
    expect(isDisabled(edit)).toBe(true);
    expect(document.activeElement).toBe(edit);
    await userEvent.keyboard("{Enter}");
    expect(model.of("rewind")).toEqual([]);
  });

  it("can be edited after the end as well", () => {
    const { el, model } = show(withAda({ status: "completed" }));
    button(el, "Edit answer").click();
    expect(model.of("rewind")).toMatchObject([{ task_id: "name" }]);
  });

  it("shows its button only where the reader is", async () => {
    const { el } = show(withAda({ items: [ada(), answered("other")] }));
    const [first, second] = named(el, "Edit answer") as [HTMLElement, HTMLElement];
    await userEvent.hover(find(el, ".nbc-pill"));
    await expect.poll(() => [opacity(first), opacity(second)]).toEqual([0, 0]);
    await userEvent.hover(find(el, ".nbc-bubble"));
    await expect.poll(() => [opacity(first), opacity(second)]).toEqual([1, 0]);
    await userEvent.hover(find(el, ".nbc-pill"));
    find(el, "[role=log]").focus();
    await userEvent.keyboard("{Tab}{Tab}");
    expect(document.activeElement).toBe(second);
    await expect.poll(() => [opacity(first), opacity(second)]).toEqual([0, 1]);
  });

  it("always shows its button on a touch screen", async () => {
    const { el } = show(withAda());
    await userEvent.hover(find(el, ".nbc-pill"));
    await expect.poll(() => opacity(button(el, "Edit answer"))).toBe(0);
    const touch = (enabled: boolean) => cdp().send("Emulation.setTouchEmulationEnabled", { enabled });
    await touch(true);
    try {
      await expect.poll(() => opacity(button(el, "Edit answer"))).toBe(1);
    } finally {
      await touch(false);
    }
  });

  it("is asked again with what was said, and the focus goes there", async () => {
    const shown = show(withAda({ ...waiting(confirmation()), items: [ada(), says("Hello Ada")] }));
    const { el, model } = shown;
    find(el, "[role=log]").focus();
    await userEvent.keyboard("{Tab}{Enter}");
    await settled();
    const edit = button(el, "Edit answer");
    expect(model.of("rewind")).toMatchObject([{ task_id: "name" }]);
    expect(edit.getAttribute("aria-busy")).toBe("true");
    expect(isDisabled(edit)).toBe(true);
    await userEvent.keyboard("{Enter}");
    expect(model.of("rewind")).toHaveLength(1);
    model.ack("accepted");
    arrive(shown, { asks: [confirmation(), nameAsk()] });
    await settled();
    expect(field(el).value).toBe("Ada\nLovelace");
    expect(document.activeElement).toBe(field(el));
    expect(field(el).selectionStart).toBe("Ada\nLovelace".length);
    await userEvent.keyboard(" Byron{Enter}");
    expect(model.replies).toMatchObject([
      { task_id: "name", input: { message: [{ type: "text", text: "Ada\nLovelace Byron" }] } },
    ]);
  });

  it("is asked again all the same when the view comes before the ack", async () => {
    const shown = show(withAda());
    button(shown.el, "Edit answer").click();
    arrive(shown, { asks: [nameAsk()] });
    shown.model.ack("accepted");
    await settled();
    expect(field(shown.el).value).toBe("Ada\nLovelace");
    expect(document.activeElement).toBe(field(shown.el));
  });

  it("is only asked again on the page that asked for it", async () => {
    const shown = show(withAda());
    arrive(shown, { asks: [nameAsk()] });
    await settled();
    expect(field(shown.el).value).toBe("");
    expect(document.activeElement).toBe(document.body);
  });

  it("to a form starts from the earlier values", async () => {
    const value = { amount: 12.5, category: "food" };
    const shown = show(withAda({ items: [answered("", { id: "name", ask: "form", value })] }));
    button(shown.el, "Edit answer").click();
    arrive(shown, { asks: [form({ task_id: "name" })] });
    await settled();
    expect(JSON.parse(field(shown.el).value)).toEqual(value);
  });

  it("to a choice is chosen anew", async () => {
    const choice: Partial<AnswerItem> = { id: "name", ask: "confirmation", value: { choice: "accept" } };
    const shown = show(withAda({ items: [answered("Accept", choice)] }));
    button(shown.el, "Edit answer").click();
    arrive(shown, { asks: [confirmation({ task_id: "name" })] });
    await settled();
    expect(document.activeElement).toBe(find(shown.el, "[role=group][data-control]"));
    press(document.activeElement as Element, "n");
    expect(shown.model.replies).toMatchObject([{ task_id: "name", input: { choice: "decline" } }]);
  });

  it("that cannot be edited says why, and keeps the focus", async () => {
    const { el, model } = show(withAda());
    button(el, "Edit answer").focus();
    await userEvent.keyboard("{Enter}");
    model.ack("rejected", "This answer was given by another workflow.");
    await settled();
    expect(find(el, ".nbc-notice").textContent).toBe("This answer was given by another workflow.");
    expect(document.activeElement).toBe(button(el, "Edit answer"));
    expect(isDisabled(button(el, "Edit answer"))).toBe(false);
  });

  it("does not move when its button comes and goes", async () => {
    const { el, model } = show(withAda({ items: [ada(), answered("Yes", { ask: "confirmation", prompt: "Sure?" })] }));
    const boxes = () =>
      [...el.querySelectorAll(".nbc-bubble, .nbc-decided")].map((each) => each.getBoundingClientRect());
    const before = boxes();
    model.patch(1, { op: "replace", path: "/can_rewind", value: false });
    await settled();
    expect(boxes()).toEqual(before);
  });
});

describe("the branches", () => {
  const on = (index: number, count = 3) => ({ branch: { index, count } });

  it("are not there until there are two", () => {
    expect(show().el.querySelector(".nbc-branches")).toBeNull();
  });

  it.each([
    [1, true, false],
    [2, false, false],
    [3, false, true],
  ])("say that this is number %i, and end where they end", (index, first, last) => {
    const { el, model } = show(on(index));
    const group = find(el, `[role=group][aria-label="Branch ${index} of 3"]`);
    expect(group.textContent).toBe(`${index}/3`);
    const steps = [button(el, "Previous branch"), button(el, "Next branch")];
    expect(steps.map(isDisabled)).toEqual([first, last]);
    for (const step of steps.filter(isDisabled)) step.click();
    expect(model.of("branch")).toEqual([]);
  });

  it("are reached with the keyboard, which stays where it is", async () => {
    const shown = show({ ...on(2), status: "completed", items: [says("one way")] });
    await userEvent.keyboard("{Tab}{Tab}");
    const next = button(shown.el, "Next branch");
    expect(document.activeElement).toBe(next);
    await userEvent.keyboard("{Enter}");
    await settled();
    expect(shown.model.of("branch")).toMatchObject([{ index: 3 }]);
    expect([button(shown.el, "Previous branch"), next].map(isDisabled)).toEqual([true, true]);
    shown.model.ack("accepted");
    arrive(shown, { ...on(3), status: "completed", items: [says("another way")] });
    await settled();
    expect(shown.el.textContent).toContain("another way");
    expect(document.activeElement).toBe(next);
    await userEvent.keyboard("{Shift>}{Tab}{/Shift}{Enter}");
    expect(shown.model.of("branch")).toMatchObject([{ index: 3 }, { index: 2 }]);
  });

  it("keep their drafts apart", async () => {
    const ask = chat();
    const shown = show({ ...on(1), ...waiting(ask) });
    await type(field(shown.el), "in the first");
    arrive(shown, { asks: [ask] });
    await settled();
    expect(field(shown.el).value).toBe("");
  });

  it("that cannot be shown say why", async () => {
    const { el, model } = show(on(1));
    button(el, "Next branch").click();
    model.ack("failed", "That branch is gone.");
    await settled();
    expect(find(el, ".nbc-notice").textContent).toBe("That branch is gone.");
    expect(isDisabled(button(el, "Next branch"))).toBe(false);
  });

  it("wait for the kernel", async () => {
    const { el, model } = show({ ...on(2), status: "completed" });
    model.trigger("comm_live_update");
    await settled();
    button(el, "Next branch").click();
    expect(model.of("branch")).toEqual([]);
  });

  it.each(["running", "waiting", "completed"] as const)(
    "fit into 320 pixels with all else in the head: %s",
    (status) => {
      const { el } = show({ ...on(12, 14), status, title: "A rather long title that does not fit" });
      el.style.width = "320px";
      const head = find(el, ".nbc-header");
      expect(head.scrollWidth).toBeLessThanOrEqual(head.clientWidth);
      const room = head.getBoundingClientRect();
      for (const part of head.children) {
        const { left, right, width } = part.getBoundingClientRect();
        expect(width).toBeGreaterThan(part.matches(".nbc-tool") ? 20 : 40);
        expect(left).toBeGreaterThanOrEqual(room.left);
        expect(right).toBeLessThanOrEqual(room.right);
      }
    },
  );
});

describe("a resumed run", () => {
  const resumed = (parts: Partial<TranscriptView> = {}) => show({ ...waiting(chat()), resumed: true, ...parts });
  const line = (el: HTMLElement) => el.querySelector(".nbc-resumed");

  it("says so above the transcript", () => {
    const { el } = resumed();
    const status = find(el, ".nbc-resumed [role=status]");
    expect(status.textContent).toBe("Resumed where it waited");
    expect(status.compareDocumentPosition(find(el, "[role=log]"))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  it("does not say so after its end, nor while the kernel is gone", async () => {
    expect(line(resumed({ status: "completed" }).el)).toBeNull();
    const { el, model } = resumed();
    model.trigger("comm_live_update");
    await settled();
    expect(line(el)).toBeNull();
  });

  it("starts over once, with the keyboard", async () => {
    const shown = resumed();
    const { el, model } = shown;
    button(el, "Start over").focus();
    await userEvent.keyboard("{Enter}{Enter}");
    await settled();
    expect(model.of("start_over")).toHaveLength(1);
    expect(button(el, "Start over").getAttribute("aria-busy")).toBe("true");
    expect(isDisabled(button(el, "Start over"))).toBe(true);
    model.ack("accepted");
    arrive(shown, { branch: null, asks: [chat({ prompt: "Your name, again?" })] });
    await settled();
    expect(line(el)).toBeNull();
    expect(document.activeElement).toBe(field(el));
  });

  it("that cannot start over says why", async () => {
    const { el, model } = resumed();
    button(el, "Start over").click();
    model.ack("closed", "It has just ended.");
    await settled();
    expect(find(el, ".nbc-notice").textContent).toBe("It has just ended.");
    expect(isDisabled(button(el, "Start over"))).toBe(false);
  });

  it("does not say so for ever", async () => {
    const { el, model } = resumed();
    model.patch(1, { op: "replace", path: "/resumed", value: false });
    await settled();
    expect(line(el)).toBeNull();
  });
});
