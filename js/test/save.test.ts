// The replies so far are saved to a file: who offers it, when, and what the person is told.
import { afterEach, describe, expect, it } from "vitest";
import { cleanUp, find, type Shown, settled, show, waiting } from "./page";
import { answered, chat, confirmation, says } from "./views";

afterEach(cleanUp);

const save = ({ el }: Shown) => el.querySelector<HTMLElement>('button[aria-label="Save replies"]');
const button = (shown: Shown): HTMLElement => {
  const found = save(shown);
  if (!found) throw new Error("nothing offers to save");
  return found;
};
const notice = ({ el }: Shown) => find(el, "[role=status].nbc-notice").textContent;
const oneAnswer = () => ({ items: [answered("Ada")], ...waiting(chat()) });

describe("saving the replies", () => {
  it("is offered once something was answered", async () => {
    const shown = show({ items: [says("Hello"), answered("", { state: "timed_out" })], ...waiting(chat()) });
    expect(save(shown)).toBeNull();
    shown.model.patch(1, { op: "add", path: "/items/-", value: answered("Ada") });
    await settled();
    expect(button(shown).getAttribute("aria-disabled")).toBe("false");
  });

  it("is offered after the end, too", () => {
    expect(save(show({ items: [answered("Ada")], status: "completed", ended_at: 1 }))).not.toBeNull();
  });

  it("says where they went, and is asked for once at a time", async () => {
    const shown = show(oneAnswer());
    button(shown).click();
    button(shown).click();
    await settled();
    expect(shown.model.of("save_replies")).toHaveLength(1);
    expect(button(shown).getAttribute("aria-busy")).toBe("true");
    shown.model.ack("accepted", "Replies saved to trip.greeting.replies.json");
    await settled();
    expect(notice(shown)).toBe("Replies saved to trip.greeting.replies.json");
    expect(button(shown).getAttribute("aria-busy")).toBe("false");
    button(shown).click();
    expect(shown.model.of("save_replies")).toHaveLength(2);
  });

  it("says why it failed", async () => {
    const shown = show(oneAnswer());
    button(shown).click();
    shown.model.ack("rejected", "The folder is read-only.");
    await settled();
    expect(notice(shown)).toBe("The folder is read-only.");
    button(shown).click();
    shown.model.ack("failed");
    await settled();
    expect(notice(shown)).toBe("The replies could not be saved.");
  });

  it("is left alone by the acks of replies that are under way beside it", async () => {
    const shown = show({ items: [answered("Ada")], ...waiting(confirmation()) });
    button(shown).click();
    find(shown.el, ".nbc-ask button").click();
    shown.model.ack("accepted"); // of the reply
    await settled();
    expect(button(shown).getAttribute("aria-busy")).toBe("true");
  });

  it("says when the kernel is busy, and cannot be asked for while it is gone", async () => {
    const shown = show(oneAnswer());
    button(shown).click();
    await settled(700);
    expect(notice(shown)).toContain("Kernel is busy");
    shown.model.trigger("comm_live_update");
    await settled();
    expect(button(shown).getAttribute("aria-busy")).toBe("false");
    expect(button(shown).getAttribute("aria-disabled")).toBe("true");
    button(shown).click();
    expect(shown.model.of("save_replies")).toHaveLength(1);
  });
});
