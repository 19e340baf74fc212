import { afterEach, describe, expect, it } from "vitest";
import { cleanUp, find, press, type Shown, settled, show, type, waiting } from "./page";
import { chat, confirmation } from "./views";

afterEach(cleanUp);

const field = (el: HTMLElement) => find<HTMLTextAreaElement>(el, "textarea");
const closeAsk = { op: "remove", path: "/asks/0", value: null } as const;
const openAsk = (ask: unknown) => ({ op: "add", path: "/asks/-", value: ask }) as const;

async function answer({ el, model }: Shown): Promise<void> {
  await type(field(el), "Ada");
  press(field(el), "Enter");
  model.ack("accepted");
}

describe("the focus", () => {
  it("is left alone when the widget opens", () => {
    show(waiting(chat()));
    expect(document.activeElement).toBe(document.body);
  });

  it("goes on to the next ask after an answer", async () => {
    const shown = show(waiting(chat()));
    await answer(shown);
    shown.model.patch(1, closeAsk, openAsk(chat({ prompt: "And your age?" })));
    await settled();
    expect(document.activeElement).toBe(field(shown.el));
    expect(field(shown.el).getAttribute("aria-label")).toBe("And your age?");
  });

  it("waits in the transcript until the next ask comes, and goes to a choice as a whole", async () => {
    const shown = show(waiting(chat()));
    await answer(shown);
    shown.model.patch(1, closeAsk);
    await settled();
    expect(document.activeElement).toBe(find(shown.el, "[role=log]"));
    shown.model.patch(2, openAsk(confirmation()));
    await settled();
    expect(document.activeElement).toBe(find(shown.el, "[role=group][data-control]"));
    press(document.activeElement as Element, "y");
    expect(shown.model.replies).toHaveLength(2);
  });

  it("is not taken from where the person went meanwhile", async () => {
    const other = document.createElement("textarea");
    document.body.append(other);
    const shown = show(waiting(chat()));
    await answer(shown);
    other.focus();
    await settled();
    shown.model.patch(1, closeAsk, openAsk(chat()));
    await settled();
    expect(document.activeElement).toBe(other);
  });

  it("is not taken for asks that come by themselves", async () => {
    const shown = show();
    shown.model.patch(1, openAsk(chat()));
    await settled();
    expect(document.activeElement).toBe(document.body);
  });

  it("is not taken from another ask in which the person writes", async () => {
    const [first, second] = [chat({ label: "First" }), chat({ label: "Second" })];
    const shown = show(waiting(first, second));
    const [one, two] = [...shown.el.querySelectorAll("textarea")] as [HTMLTextAreaElement, HTMLTextAreaElement];
    await type(one, "Ada");
    press(one, "Enter");
    await type(two, "half");
    shown.model.patch(1, closeAsk, openAsk(confirmation()));
    await settled();
    expect(document.activeElement).toBe(two);
    expect(two.value).toBe("half");
  });

  it("stays in the widget when the kernel goes away under the Stop button", async () => {
    const { el, model } = show(waiting(chat()));
    find(el, ".nbc-stop").focus();
    model.trigger("comm_live_update");
    await settled();
    expect(document.activeElement).toBe(find(el, "[role=log]"));
  });

  it("stays in the widget when the run ends under the Stop button", async () => {
    const { el, model } = show();
    find(el, ".nbc-stop").focus();
    model.patch(1, { op: "replace", path: "/status", value: "canceled" });
    await settled();
    expect(document.activeElement).toBe(find(el, "[role=log]"));
  });
});
