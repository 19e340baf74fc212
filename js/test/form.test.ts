// Forms on a page: what a person sees, types and hears.
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import { userEvent } from "vitest/browser";
import type { LoadChunk } from "../src/chunks";
import * as forms from "../src/chunks/forms";
import { render } from "../src/core";
import type { AskView } from "../src/protocol";
import { FakeModel, renderProps } from "./model";
import { cleanUp, find, type Shown, settled, show, waiting } from "./page";
import { answered, chat, drawn, state as stateOf } from "./views";

afterEach(cleanUp);

const { keyboard } = userEvent;

async function opened(ask: AskView = drawn()): Promise<Shown> {
  const shown = show(waiting(ask));
  await expect.poll(() => shown.el.querySelector("form")).not.toBeNull();
  return shown;
}

/** The control that the label with this text names. */
function field<E extends HTMLElement = HTMLInputElement>(el: HTMLElement, label: string): E {
  const found = [...el.querySelectorAll("label")].find((each) => each.textContent === label);
  if (!found?.control) throw new Error(`nothing is labelled ${label}`);
  return found.control as E;
}

const described = (control: Element) =>
  (control.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent)
    .join(" ");
const group = (el: HTMLElement, name: string) =>
  [...el.querySelectorAll<HTMLElement>("[role=group], [role=radiogroup]")].find((each) => {
    const by = document.getElementById(each.getAttribute("aria-labelledby") ?? "");
    return (each.getAttribute("aria-label") ?? by?.textContent) === name;
  }) as HTMLElement;
const button = (el: HTMLElement, name: string) =>
  [...el.querySelectorAll("button")].find(
    (each) => (each.getAttribute("aria-label") ?? each.textContent) === name,
  ) as HTMLButtonElement;
const submit = async (el: HTMLElement) => {
  button(el, "Submit").click();
  await settled();
};

async function set(control: HTMLInputElement | HTMLTextAreaElement, value: string): Promise<void> {
  control.focus();
  control.value = value;
  control.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settled();
}

async function fillExpense(el: HTMLElement): Promise<void> {
  await set(field(el, "Expense description"), "Train to Lille");
  await set(field(el, "Amount in USD"), "12.50");
  field(el, "Travel").click();
  await set(field(el, "Date of expense"), "2025-01-15");
  await set(field(el, "Reimbursement due date"), "2025-02-01T09:30");
  await set(field(el, "Receipt ID"), "RCP-000123");
}

describe("the expense form", () => {
  it("is named by its ask, its fields by their descriptions, its options by their labels", async () => {
    const { el } = await opened();
    expect(find(el, "form").getAttribute("aria-label")).toBe("Expense");
    expect([...el.querySelectorAll("label")].map((each) => each.textContent)).toEqual([
      "Expense description",
      "Amount in USD",
      "Travel",
      "Equipment",
      "Software",
      "Date of expense",
      "Reimbursement due date",
      "Receipt ID",
    ]);
    expect(group(el, "Expense category").getAttribute("role")).toBe("radiogroup");
    expect(field(el, "Amount in USD").getAttribute("aria-required")).toBe("true");
    expect(described(field(el, "Amount in USD"))).toBe("0 to 10,000");
    expect(button(el, "Submit").type).toBe("submit");
  });

  it("is filled in and sent with the keyboard alone, in one message", async () => {
    const { el, model } = await opened();
    find(el, "[role=log]").focus();
    await keyboard("{Tab}Train to Lille{Tab}12.50{Tab}{ArrowRight}{Tab}");
    expect(document.activeElement).toBe(field(el, "Date of expense"));
    await set(field(el, "Date of expense"), "2025-01-15"); // how it is typed depends on the language of the browser
    await set(field(el, "Reimbursement due date"), "2025-02-01T09:30");
    field(el, "Receipt ID").focus();
    await keyboard("RCP-000123{Enter}");
    const due = new Date(2025, 1, 1, 9, 30);
    expect(model.replies).toHaveLength(1);
    const input = model.replies[0]?.input as Record<string, string>;
    expect(input).toMatchObject({
      description: "Train to Lille",
      amount: 12.5,
      category: "equipment",
      expense_date: "2025-01-15",
      receipt_id: "RCP-000123",
    });
    expect(new Date(input.due_date ?? "")).toEqual(due);
  });

  it("says all that is missing at once and goes to the first", async () => {
    const { el, model } = await opened();
    await submit(el);
    expect(model.replies).toHaveLength(0);
    expect(el.querySelectorAll(".nbc-field-error")).toHaveLength(6);
    expect(el.textContent).toContain("6 fields need another look.");
    expect(described(field(el, "Expense description"))).toBe("Please fill this in.");
    expect(described(group(el, "Expense category"))).toBe("Please choose.");
  });

  it("goes to the first mistake, also from another field", async () => {
    const { el } = await opened();
    await fillExpense(el);
    await set(field(el, "Amount in USD"), "99999");
    field(el, "Receipt ID").focus();
    await keyboard("{Enter}");
    await settled();
    expect(document.activeElement).toBe(field(el, "Amount in USD"));
    expect(described(field(el, "Amount in USD"))).toBe("0 to 10,000 Must be 10,000 or less.");
  });

  it("does not complain while something is typed for the first time", async () => {
    const { el } = await opened();
    await set(field(el, "Receipt ID"), "RC");
    expect(el.querySelector("[aria-invalid]")).toBeNull();
    await keyboard("{Tab}");
    await settled();
    expect(field(el, "Receipt ID").getAttribute("aria-invalid")).toBe("true");
    await set(field(el, "Receipt ID"), "RCP-000123");
    expect(el.querySelector("[aria-invalid]")).toBeNull();
  });

  it("shows what the kernel found beside the fields, and keeps what belongs to none", async () => {
    const { el, model } = await opened();
    await fillExpense(el);
    await submit(el);
    model.ack("rejected", "This answer was not accepted.", [
      { path: ["amount"], message: "Over your budget" },
      { path: ["category"], message: "Not this one" },
      { path: [], message: "Too much in all" },
    ]);
    await settled();
    expect(described(field(el, "Amount in USD"))).toBe("0 to 10,000 Over your budget");
    expect(described(group(el, "Expense category"))).toBe("Not this one");
    expect(find(el, ".nbc-refusal").textContent).toBe("This answer was not accepted.Too much in all");
    expect(document.activeElement).toBe(field(el, "Amount in USD"));
    expect(field(el, "Expense description").value).toBe("Train to Lille");
    await set(field(el, "Amount in USD"), "5");
    expect(field(el, "Amount in USD").getAttribute("aria-invalid")).toBeNull();
    expect(described(group(el, "Expense category"))).toBe("Not this one");
    await submit(el);
    expect(model.replies).toHaveLength(2);
  });

  it("is sent once, and not while the kernel is gone", async () => {
    const { el, model } = await opened();
    await fillExpense(el);
    button(el, "Submit").click();
    button(el, "Submit").click();
    expect(model.replies).toHaveLength(1);
    model.trigger("comm_live_update");
    await settled();
    expect(field(el, "Amount in USD").matches(":disabled")).toBe(true);
    expect(field(el, "Amount in USD").value).toBe("12.50");
  });

  it("survives a reload", async () => {
    const ask = drawn();
    const first = await opened(ask);
    await fillExpense(first.el);
    first.close();
    const { el } = await opened(ask);
    expect(field(el, "Expense description").value).toBe("Train to Lille");
    expect(field(el, "Travel").checked).toBe(true);
    expect(field(el, "Reimbursement due date").value).toBe("2025-02-01T09:30");
  });

  it("begins anew when its draft is of another form", async () => {
    const ask = drawn();
    sessionStorage.setItem(`nbconvo:draft:exec-1:${ask.task_id}`, '{"description": 3, "category": [9]}');
    const { el } = await opened(ask);
    expect(field(el, "Expense description").value).toBe("");
  });

  it("takes the focus after the answer before it", async () => {
    const shown = show(waiting(chat()));
    const first = find<HTMLTextAreaElement>(shown.el, "textarea");
    first.focus();
    await keyboard("Ada{Enter}");
    shown.model.ack("accepted");
    shown.model.patch(
      1,
      { op: "remove", path: "/asks/0", value: null },
      { op: "add", path: "/asks/-", value: drawn() },
    );
    await settled();
    expect(document.activeElement).toBe(field(shown.el, "Expense description"));
  });
});

describe("every field", () => {
  const every = () => opened(drawn("every"));

  it("has an accessible name of its own, and nothing stands in the way", async () => {
    const { el } = await every();
    button(group(el, "Work"), "Add").click();
    await settled();
    await submit(el);
    expect(el.querySelectorAll("[aria-invalid=true]").length).toBeGreaterThan(10);
    const { violations } = await axe.run(el, { rules: { region: { enabled: false } } });
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
  });

  it("has elements that can be added, moved and removed, with the keyboard", async () => {
    const { el } = await every();
    const words = group(el, "Words");
    for (const word of ["one", "two", "three"]) {
      button(words, "Add").focus();
      await keyboard("{Enter}");
      await settled();
      await keyboard(word);
    }
    const values = () => [...words.querySelectorAll("input")].map(({ value }) => value);
    expect(values()).toEqual(["one", "two", "three"]);
    button(words, "Move Item 3 up").focus();
    await keyboard("{Enter}");
    await settled();
    expect(values()).toEqual(["one", "three", "two"]);
    expect(document.activeElement).toBe(button(words, "Move Item 2 up"));
    expect(find(words, "[aria-live]").textContent).toBe("Moved to position 2 of 3");
    button(words, "Remove Item 1").focus();
    await keyboard("{Enter}");
    await settled();
    expect(values()).toEqual(["three", "two"]);
    expect(document.activeElement).toBe(button(words, "Remove Item 1"));
  });

  it("has no more elements than may be", async () => {
    const { el } = await every();
    const people = group(el, "Recipients");
    expect(people.querySelectorAll(".nbc-row")).toHaveLength(1);
    button(people, "Add").click();
    await settled();
    button(people, "Add").click();
    await settled();
    expect(people.querySelectorAll(".nbc-row")).toHaveLength(2);
    expect(button(people, "Add").getAttribute("aria-disabled")).toBe("true");
    expect(group(people, "Address 2").querySelectorAll("label")).toHaveLength(2);
  });

  it("has keys and values", async () => {
    const { el } = await every();
    const limits = group(el, "Limits");
    button(limits, "Add").click();
    await settled();
    expect(document.activeElement).toBe(find(limits, "input[aria-label='Name 2']"));
    await keyboard("ram{Tab}4");
    button(limits, "Remove cpu").click();
    await settled();
    expect([...limits.querySelectorAll("input")].map(({ value }) => value)).toEqual(["ram", "4"]);
  });

  it("shows the fields of the variant that is chosen, and remembers those of the other", async () => {
    const { el } = await every();
    const pet = field<HTMLSelectElement>(el, "Pet");
    expect([...pet.options].map(({ text }) => text)).toEqual(["Choose…", "Cat", "Dog"]);
    await userEvent.selectOptions(pet, "Dog");
    await settled();
    expect(group(el, "Dog").querySelectorAll("label")).toHaveLength(1); // not the mark that tells them apart
    await set(field(el, "Name"), "Rex");
    await userEvent.selectOptions(pet, "Cat");
    await settled();
    expect(field(el, "Lives").value).toBe("9");
    await userEvent.selectOptions(pet, "Dog");
    await settled();
    expect(field(el, "Name").value).toBe("Rex");
  });

  it("may be left out when it is optional", async () => {
    const { el } = await every();
    const work = group(el, "Work");
    expect(work.querySelector("input")).toBeNull();
    button(work, "Add").click();
    await settled();
    expect(document.activeElement).toBe(work.querySelector("input"));
    button(work, "Leave out").click();
    await settled();
    expect(work.querySelector("input")).toBeNull();
  });

  it("hides a secret and keeps it out of the draft", async () => {
    const ask = drawn("every");
    const first = await opened(ask);
    const secret = field(first.el, "Password");
    expect(secret.type).toBe("password");
    await set(secret, "hunter2");
    await set(field(first.el, "Nick"), "Ada");
    expect(JSON.stringify({ ...sessionStorage })).not.toContain("hunter2");
    first.close();
    const { el } = await opened(ask);
    expect(field(el, "Password").value).toBe("");
    expect(field(el, "Nick").value).toBe("Ada");
  });

  it("says that secrets are asked for once more", async () => {
    const { el } = await opened(drawn("every", { again: true }));
    expect(el.textContent).toContain("Secrets are not kept.");
  });

  it("shows hostile text as text", async () => {
    const attack = "<img src=x onerror='globalThis.hacked=1'><script>hacked=1</script>";
    const choices = [1, 2, 3, 4, 5, 6].map((value) => ({ value, label: attack }));
    const common = { label: attack, description: attack, required: true, nullable: false };
    const fields = [
      { ...common, key: "a", kind: "text" as const, default: attack, error_message: attack, pattern: "^$" },
      { ...common, key: "b", kind: "choice" as const, choices },
      { ...common, key: "c", kind: "choices" as const, choices },
      { ...common, key: "d", kind: attack as "json" },
    ];
    const { el } = await opened(drawn("", { label: attack, form: { ...common, key: "", kind: "object", fields } }));
    await submit(el);
    expect(el.querySelector("img, script")).toBeNull();
    expect("hacked" in globalThis).toBe(false);
    expect(field(el, attack).value).toBe(attack);
  });
});

describe("a form whose part of the front end does not come", () => {
  it("says so, and can be tried again", async () => {
    const el = document.createElement("div");
    document.body.append(el);
    const abort = new AbortController();
    let isThere = false;
    const load = (async () => {
      if (isThere) return forms;
      throw new Error("No such part.");
    }) as unknown as LoadChunk;
    const model = new FakeModel({ state: stateOf(waiting(drawn())) });
    render(renderProps(model, el, abort.signal), load);
    await expect.poll(() => el.textContent).toContain("The form cannot be drawn. No such part.");
    isThere = true;
    find(el, "[data-control]").focus();
    button(el, "Try again").click();
    await expect.poll(() => el.querySelector("form")).not.toBeNull();
    expect(document.activeElement).toBe(field(el, "Expense description"));
    abort.abort();
  });
});

describe("an answered form", () => {
  it("is a list to read", () => {
    const rows = [
      { label: "Amount", text: "12.5" },
      { label: "<b>Note</b>", text: "" },
    ];
    const { el } = show({ items: [answered("", { ask: "form", label: "Expense", value: {}, rows })] });
    expect([...el.querySelectorAll("dt")].map((each) => each.textContent)).toEqual(["Amount", "<b>Note</b>"]);
    expect([...el.querySelectorAll("dd")].map((each) => each.textContent)).toEqual(["12.5", "–"]);
  });
});
