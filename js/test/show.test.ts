import { afterEach, describe, expect, it } from "vitest";
import type { TodoItem, WorkingItem } from "../src/protocol";
import { compared } from "../src/show/difference";
import { cleanUp, find, settled, show, violations } from "./page";

afterEach(cleanUp);

const todo = (parts: Partial<TodoItem> = {}): TodoItem => ({
  kind: "todo",
  id: "t",
  steps: [
    { id: "1", status: "done", title: "Read", description: "" },
    { id: "2", status: "in_progress", title: "Think", description: "about <b>it</b>" },
    { id: "3", status: "todo", title: "Write", description: "" },
  ],
  status: "running",
  error: null,
  at: 0,
  ...parts,
});

const working = (parts: Partial<WorkingItem> = {}): WorkingItem => ({
  kind: "working",
  id: "w",
  type: "tool",
  title: "Looking it up",
  content: "",
  tool: null,
  status: "running",
  error: null,
  at: 0,
  ...parts,
});

const drawn = async (item: TodoItem | WorkingItem) => {
  const shown = show({ items: [item] });
  await settled();
  return shown;
};
const texts = (el: Element, selector: string) => [...el.querySelectorAll(selector)].map((each) => each.textContent);

describe("a todo list", () => {
  it("says how far it is and what is being done", async () => {
    const { el } = await drawn(todo());
    expect(find(el, ".nbc-todo-count").textContent).toBe("1 of 3 done");
    expect(texts(el, ".nbc-step-title")).toEqual(["Read", "Think", "Write"]);
    expect(find(el, "[aria-current=step]").textContent).toBe("Thinkabout <b>it</b>");
    const marks = [...el.querySelectorAll(".nbc-step-mark")].map((mark) => mark.getAttribute("aria-label"));
    expect(marks).toEqual(["done", "in progress", "to do"]);
    expect(await violations(el)).toEqual([]);
  });

  it("says where it broke off", async () => {
    const { el } = await drawn(todo({ status: "failed", error: "no network" }));
    expect(el.textContent).toContain("no network");
    expect(find(el, ".nbc-step-failed").textContent).toContain("Think");
    expect(el.querySelector("[aria-current]")).toBeNull();
  });

  it("may be empty", async () => {
    const { el } = await drawn(todo({ steps: [] }));
    expect(el.textContent).toContain("Nothing to do yet");
    expect(await violations(el)).toEqual([]);
  });
});

describe("something being worked on", () => {
  it("is one line when there is nothing to look into", async () => {
    const { el } = await drawn(working());
    expect(find(el, ".nbc-job").tagName).toBe("DIV");
    expect(find(el, ".nbc-job").textContent).toBe("Looking it up");
  });

  it("shows a call with its arguments and its result", async () => {
    const result = { status: "success", value: [1, { deep: true }] } as const;
    const tool = {
      type: "generic_tool",
      toolCallId: "c",
      name: "search",
      arguments: { query: "<img>" },
      result,
    } as const;
    const { el } = await drawn(working({ tool: { ...tool, result: { ...result, value: [1, { deep: true }] } } }));
    expect(texts(el, "dt")).toEqual(["query"]);
    expect(texts(el, "dd")).toEqual(["<img>"]);
    find<HTMLDetailsElement>(el, ".nbc-tree .nbc-tree").open = true;
    await settled();
    expect(texts(el, ".nbc-leaf")).toEqual(["0 1", "deep true"]);
    expect(await violations(el)).toEqual([]);
  });

  it("is folded when it is done, open while it runs and when it failed", async () => {
    const content = "Some **words**";
    for (const [status, open] of [
      ["running", true],
      ["completed", false],
      ["failed", true],
    ] as const) {
      const { el } = await drawn(working({ content, status }));
      expect(find<HTMLDetailsElement>(el, "details").open).toBe(open);
    }
  });

  it("fails with its tool", async () => {
    const result = { status: "failed", error: "exit code 1" } as const;
    const { el } = await drawn(
      working({ status: "completed", tool: { type: "command", toolCallId: "c", command: "make", result } }),
    );
    expect(find(el, ".nbc-icon").getAttribute("aria-label")).toBe("failed");
    expect(find(el, ".nbc-command").textContent).toBe("$ make");
    expect(find(el, ".nbc-pre").textContent).toBe("exit code 1");
  });

  it("shows what was done to files as differences", async () => {
    const blocks = [{ search: "a\nb\n", replace: "a\nc\n" }];
    const { el } = await drawn(
      working({
        tool: {
          type: "file",
          toolCallId: "c",
          operations: [
            { type: "replace", uri: "file://notes/a.md", fileContentBefore: "a\nb\n", blocks },
            { type: "create", uri: "file://b.md", content: "x\n".repeat(40) },
            { type: "read", uri: "file://c.md", offset: 9, linesRead: 3 },
            { type: "delete", uri: "file://d.md" },
          ],
        },
      }),
    );
    expect(texts(el, ".nbc-file-word")).toEqual(["Changed", "Created", "Read", "Deleted"]);
    expect(texts(el, ".nbc-diff")[0]).toBe("  a\n− removed: b\n+ added: c\n");
    expect(texts(el, ".nbc-file-head .nbc-muted")).toEqual(["lines 10–12"]);
    expect(texts(el, ".nbc-fold > summary")).toEqual(["40 lines"]);
    expect(await violations(el)).toEqual([]);
  });

  it("stays as the reader left it", async () => {
    const { el, model } = await drawn(working({ content: "words" }));
    find<HTMLElement>(el, "summary").click();
    await settled();
    expect(find<HTMLDetailsElement>(el, "details").open).toBe(false);
    model.patch(1, { op: "replace", path: "/items/0/status", value: "failed" });
    await settled();
    expect(find<HTMLDetailsElement>(el, "details").open).toBe(false);
  });
});

describe("a difference", () => {
  const kinds = (before: string, after: string) => compared(before, after).map(({ kind, text }) => `${kind} ${text}`);

  it("tells lines apart, not their ends", () => {
    expect(kinds("a\nb", "a\nb\n")).toEqual(["same a", "same b"]);
    expect(kinds("", "x")).toEqual(["added x"]);
    expect(kinds("x\n", "")).toEqual(["removed x"]);
    expect(kinds("", "")).toEqual([]);
    expect(kinds("a\n\nb\n", "a\n\nc\n")).toEqual(["same a", "same ", "removed b", "added c"]);
  });

  it("does not compare what would take for ever", () => {
    const long = "x\n".repeat(150_000);
    expect(compared(long, `${long}y`).every(({ kind }) => kind !== "same")).toBe(true);
  });
});
