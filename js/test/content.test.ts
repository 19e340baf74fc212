// What messages carry beside text: canvases, components, pictures, thoughts, displayed objects, formulas, coloured code.
import { afterEach, describe, expect, it } from "vitest";
import type { CanvasContent, Chunk, Component } from "../src/protocol";
import { cleanUp, find, press, settled, show, violations, waiting } from "./page";
import { says, view } from "./views";

afterEach(cleanUp);

const canvas = (type: string, content: string, parts: Partial<CanvasContent> = {}, uri = "file://c"): Chunk => ({
  type: "resource",
  resource: {
    uri,
    mimeType: "application/vnd.mistral.canvas",
    canvas: { type, title: "Title", content, language: null, ...parts },
    readonly: false,
  },
});
const component = (name: string, props: Record<string, unknown> = {}): Component => ({ name, props });
const tree = (root: Component): Chunk => ({
  type: "resource",
  resource: { mimeType: "application/vnd.mistral.ui-component", component: root, version: "1.7.0", display: "block" },
});
const drawn = async (...chunks: Chunk[]) => {
  const shown = show({ items: [says("", { chunks })], status: "completed" });
  await settled(120);
  return shown;
};
const button = (el: HTMLElement, label: string) => find<HTMLButtonElement>(el, `button[aria-label="${label}"]`);

describe("a canvas", () => {
  const KINDS: Array<[string, string, string]> = [
    ["text/markdown", "# Head", ".nbc-page h3"],
    ["text/html", "<p>Hi", "iframe[sandbox='allow-scripts']"],
    ["image/svg+xml", "<svg viewBox='0 0 1 1'></svg>", "img[src^='data:image/svg+xml']"],
    ["slides", "# One\n\n---\n\n# Two", ".nbc-deck"],
    ["react", "export default () => <p>Hi</p>", "iframe[sandbox='allow-scripts']"],
    ["code", "x = 1", ".nbc-code"],
    ["mermaid", "graph TD\n A --> B", ".nbc-diagram"],
    ["unheard", "text", ".nbc-code"],
  ];
  for (const [type, content, selector] of KINDS) {
    it(`of the kind ${type} is drawn`, async () => {
      const { el } = await drawn(canvas(type, content));
      expect(el.querySelector(selector)).not.toBeNull();
      expect(await violations(el)).toEqual([]);
    });
  }

  it("may be empty, or not valid", async () => {
    const { el } = await drawn(canvas("text/html", " "), canvas("react", "export default () => <p>", {}, "file://d"));
    expect(el.textContent).toContain("Nothing is on this canvas.");
    expect(el.textContent).toContain("This is not valid JSX");
  });

  it("tells what went wrong in its frame", async () => {
    const { el } = await drawn(canvas("text/html", "<script>nothing()</script><img src='https://a.invalid/x.png'>"));
    await expect.poll(() => el.textContent).toContain("nothing is not defined");
    expect(el.textContent).toContain("Canvases have no network.");
  });

  it("can be downloaded, as bytes that no browser opens by itself", async () => {
    const { el } = await drawn(canvas("text/html", "<p>Hi", {}, "file://page"));
    const saved: Array<[name: string, url: string]> = [];
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
      saved.push([this.download, this.href]);
    };
    find(el, "[aria-label=Download]").click();
    HTMLAnchorElement.prototype.click = click;
    expect(saved).toHaveLength(1);
    const [[name, url]] = saved as [[string, string]];
    expect(name.endsWith(".html")).toBe(true);
    const blob = await (await fetch(url)).blob();
    expect([blob.type, await blob.text()]).toEqual(["application/octet-stream", "<p>Hi"]);
  });

  it("cannot be spoken for by another window", async () => {
    const { el } = await drawn(canvas("text/html", "<p>Hi"));
    window.postMessage({ error: "from elsewhere" }, "*");
    await settled();
    expect(el.textContent).not.toContain("from elsewhere");
  });

  it("of slides is led by the keys of a presenter", async () => {
    const { el } = await drawn(canvas("slides", "# One\n\n---\n\n# Two\n\n---\n\n# Three"));
    const deck = find(el, ".nbc-deck");
    for (const [key, number] of [
      ["ArrowRight", 2],
      ["End", 3],
      ["PageDown", 3],
      ["PageUp", 2],
      ["Home", 1],
      [" ", 2],
    ] as const) {
      press(deck, key);
      await settled();
      expect(find(el, ".nbc-deck-bar").textContent).toContain(`${number} / 3`);
    }
    press(deck, "f");
    await settled();
    expect(find(el, ".nbc-canvas").matches(":popover-open[role=dialog]")).toBe(true);
    press(deck, "Escape");
    await settled();
    expect(find(el, ".nbc-canvas").matches(":popover-open")).toBe(false);
  });

  it("shows its versions and what changed; an earlier place of it is one line", async () => {
    const items = [
      says("", { id: "a", chunks: [canvas("text/markdown", "one\ntwo")] }),
      says("", { id: "b", chunks: [canvas("text/markdown", "one\n2")] }),
    ];
    const versions = [
      { item: "a", chunk: 0 },
      { item: "b", chunk: 0 },
    ];
    const { el } = show(view({ items, canvases: [{ uri: "file://c", versions }] }));
    await settled(120);
    expect(find(el, ".nbc-canvas-earlier").textContent).toContain("Version 1 of 2");
    expect(el.querySelectorAll(".nbc-canvas")).toHaveLength(1);
    button(el, "Changes").click();
    await settled();
    expect(find(el, ".nbc-diff").textContent).toBe("  one\n− removed: two\n+ added: 2\n");
    expect(await violations(el)).toEqual([]);
  });

  it("is edited in an ask, and what was changed is sent", async () => {
    const asked = {
      uri: "file://c",
      canvas: { type: "text/markdown", title: "Plan", content: "one", language: null },
      with_chat: true,
    };
    const ask = {
      ...waiting().asks?.[0],
      task_id: "t",
      kind: "canvas" as const,
      label: "Plan",
      prompt: "Well?",
      suggestions: [],
      options: [],
      schema: {},
      canvas: asked,
      deadline: null,
      at: 0,
    };
    const { el, model } = show(waiting(ask));
    await expect.poll(() => el.querySelector(".cm-content")).not.toBeNull();
    expect(await violations(el)).toEqual([]);
    const title = find<HTMLInputElement>(el, "input[aria-label=Title]");
    title.value = "New plan";
    title.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settled();
    find<HTMLButtonElement>(el, "button[type=submit]").click();
    expect(model.replies[0]?.input).toEqual({ canvas: { title: "New plan", content: "one" } });
  });
});

describe("components", () => {
  const data = [
    { m: "Jan", a: 1, b: 2 },
    { m: "Feb", a: 3, b: 4 },
  ];
  const ALL = [
    component("Alert", { title: "T", children: "text", variant: "error" }),
    component("Avatar", { text: "Ada Lovelace" }),
    component("Badge", { children: "new", variant: "success", size: "sm" }),
    component("ButtonLink", { href: "https://example.org", children: "Open", external: true }),
    component("Card", {
      title: "T",
      description: "D",
      padding: "lg",
      children: [component("Badge", { children: "in" })],
    }),
    component("Chart", { variant: "bar", data, xAxis: "m", yAxis: ["a", "b"], title: "Bars" }),
    component("Chart", { variant: "line", data, xAxis: "m", yAxis: "a", yMin: "dataMin", yMax: 10 }),
    component("Column", { gap: "sm", alignment: "end", children: [component("Badge", { children: "x" })] }),
    component("Row", { wrap: true, distribution: "spaceBetween", children: [component("Badge", { children: "x" })] }),
    component("Image", { src: "data:image/png;base64,iVBORw0KGgo=", alt: "Dot" }),
    component("Markdown", { content: "**b**" }),
    component("PieChart", {
      data: [
        { name: "a", value: 3 },
        { name: "b", value: 1 },
      ],
      title: "Parts",
    }),
    component("Tooltip", { trigger: "EBIT", children: "earnings" }),
    component("Unheard", { x: 1 }),
  ];
  for (const each of ALL) {
    it(`${each.name} is drawn and can be read`, async () => {
      const { el } = await drawn(tree(each));
      expect(find(el, ".nbc-message").textContent).not.toBe("");
      expect(await violations(el)).toEqual([]);
    });
  }

  it("a chart is read with the arrow keys, and has its numbers in a table", async () => {
    const { el } = await drawn(tree(ALL[5] as Component));
    const plot = find(el, "[role=slider]");
    plot.focus();
    press(plot, "ArrowRight");
    await settled();
    expect(plot.getAttribute("aria-valuetext")).toBe("Feb: a 3, b 4");
    expect([...el.querySelectorAll("tbody tr")].map((row) => row.textContent)).toEqual(["Jan12", "Feb34"]);
  });

  it("a tooltip opens with the focus and closes with Escape", async () => {
    const { el } = await drawn(tree(ALL[12] as Component));
    const word = find(el, ".nbc-ui-trigger");
    word.focus();
    await expect.poll(() => find(el, "[role=tooltip]").matches(":popover-open")).toBe(true);
    press(word, "Escape");
    await expect.poll(() => find(el, "[role=tooltip]").matches(":popover-open")).toBe(false);
  });

  it("link nowhere but to where a person can go", async () => {
    const { el } = await drawn(tree(component("ButtonLink", { href: "javascript:alert(1)", children: "x" })));
    expect(el.querySelector("a")).toBeNull();
  });
});

describe("other pieces", () => {
  it("thoughts are folded, a picture far away is a link, output in HTML is framed", async () => {
    const { el } = await drawn(
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "image_url", image_url: "https://example.org/a.png" },
      { type: "display", display: { "text/html": "<b>x</b>", "text/plain": "x" } },
    );
    expect(find<HTMLDetailsElement>(el, ".nbc-thinking").open).toBe(false);
    expect(el.querySelector("img")).toBeNull();
    expect(find<HTMLAnchorElement>(el, ".nbc-image-link").href).toBe("https://example.org/a.png");
    expect(el.querySelector("iframe[sandbox='allow-scripts']")).not.toBeNull();
    expect(await violations(el)).toEqual([]);
  });

  it("formulas follow pandoc's rules and become MathML", async () => {
    const { el } = await drawn({ type: "text", text: "$a^2$ for $5 or $10, \\(b\\), $$c$$ and \\$d$" });
    expect(el.querySelectorAll("math")).toHaveLength(3);
    expect(el.textContent).toContain("for $5 or $10");
    expect(await violations(el)).toEqual([]);
  });

  it("code is coloured", async () => {
    const { el } = await drawn({ type: "text", text: "```python\ndef f():\n    return 1\n```" });
    expect(find(el, ".nbc-hl-keyword").textContent).toBe("def");
    expect(find(el, ".nbc-hl-title").textContent).toBe("f");
    expect(await violations(el)).toEqual([]);
  });

  it("of a thousand streamed words only the last paragraph is drawn again", async () => {
    const { el, model } = show({ items: [says("", { streaming: true })] });
    const say = (from: number, to: number) => {
      for (let seq = from; seq <= to; seq += 1) {
        model.patch(seq, { op: "append", path: "/items/0/chunks/0/text", value: seq % 40 ? `word${seq} ` : "\n\n" });
      }
    };
    say(1, 990);
    await settled();
    const changed = new Set<Node>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) changed.add(target);
    });
    const paragraphs = el.querySelectorAll(".nbc-md > p");
    observer.observe(find(el, ".nbc-md"), { subtree: true, childList: true, characterData: true });
    for (let seq = 991; seq <= 999; seq += 1) {
      say(seq, seq);
      await settled(0);
    }
    await settled();
    observer.disconnect();
    expect(el.textContent).toContain("word999");
    expect(paragraphs).toHaveLength(25);
    for (const node of changed) expect(paragraphs[24]?.contains(node)).toBe(true);
  });
});
