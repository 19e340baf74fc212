import { render } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Markdown } from "../src/markdown/markdown";
import { cleanUp } from "./page";

afterEach(cleanUp);

function draw(text: string, host: HTMLElement = document.createElement("div")): HTMLElement {
  if (!host.isConnected) document.body.append(host);
  render(<Markdown text={text} />, host);
  return host;
}

describe("markdown", () => {
  it.each([
    ["**b** *i* ~~d~~ `c`", "p > strong, p > em, p > del, p > code", 4],
    ["# a\n## b\n###### c", "h3, h4, h6", 3],
    ["- a\n- b\n  - c", "ul ul li", 1],
    ["3. a\n4. b", "ol[start='3'] > li", 2],
    ["- [x] a\n- [ ] b", "li.nbc-task-item > [role=img]", 2],
    ["> a\n>\n> b", "blockquote > p", 2],
    ["a  \nb", "p > br", 1],
    ["|a|b|\n|-|-:|\n|1|2<br>3|", ".nbc-table td, .nbc-table td br", 3],
    ["---", "hr", 1],
    ["```python\nx = 1\n```", "pre[aria-label='python code'][tabindex='0'] > code", 1],
    ["<https://example.org/?a=1&b=2>", "a[href='https://example.org/?a=1&b=2']", 1],
    ["a https://example.org b", "a[rel='noopener noreferrer'][target=_blank]", 1],
    ["[m](mailto:a@example.org)", "a[href='mailto:a@example.org']", 1],
    ["[q](https://example.org/?a=1&amp;b=2)", "a[href='https://example.org/?a=1&b=2']", 1],
  ])("%j", (text, selector, count) => {
    expect(draw(text).querySelectorAll(selector)).toHaveLength(count);
  });

  it("decodes character references in text and not in code", () => {
    expect(draw("a &lt;b&gt; &#39;c&#39; &nosuch; `&lt;`").textContent).toBe("a <b> 'c' &nosuch; &lt;");
  });

  it("copies code", async () => {
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    const host = draw("```\nx = 1\n```");
    const copy = host.querySelector("button");
    expect(copy?.textContent).toBe("Copy");
    copy?.click();
    await expect.poll(() => copy?.textContent).toBe("Copied");
    expect(write).toHaveBeenCalledWith("x = 1");
  });

  it("keeps the elements of blocks that did not change while a text is streamed", () => {
    const host = draw("one\n\n```\ncode\n```\n\nthr");
    const [first, code] = [host.querySelector("p"), host.querySelector("pre")];
    draw("one\n\n```\ncode\n```\n\nthree **and** more", host);
    expect(host.querySelector("p")).toBe(first);
    expect(host.querySelector("pre")).toBe(code);
    expect(host.textContent).toContain("three and more");
  });
});

const HOSTILE = [
  "<script>globalThis.hacked = 1</script>",
  '<img src=x onerror="globalThis.hacked = 1">',
  "a <b onclick='globalThis.hacked=1'>b</b> <svg onload=globalThis.hacked=1>",
  "<iframe src='https://attacker.example/'></iframe>\n\n<style>* { display: none }</style>",
  "[a](javascript:globalThis.hacked=1)",
  "[a](JaVaScRiPt&#58;globalThis.hacked=1) [b](java&#10;script:alert(1)) [c](\u0001javascript:alert(1))",
  "[a](data:text/html,<script>alert(1)</script>) [b](vbscript:x) [c](file:///etc/passwd) [d](/logout) [e](//attacker.example)",
  "<javascript:alert(1)>",
  "![a](https://attacker.example/pixel.png) ![b](javascript:alert(1)) ![c](data:image/svg+xml;base64,AAAA)",
  "[![a](https://attacker.example/a.png)](https://example.org)",
  '![x](https://attacker.example/a" onerror="globalThis.hacked=1)',
  '[x](https://example.org "t\\" onmouseover=\\"globalThis.hacked=1")',
  "```html onload=x\n<script>globalThis.hacked = 1</script>\n```",
  "|<script>1</script>|\n|-|\n|<img src=x onerror=alert(1)>|",
  "<details open ontoggle=globalThis.hacked=1>x</details>",
  "<math><mtext></p><img src=x onerror=globalThis.hacked=1>",
  "[r]: javascript:globalThis.hacked=1\n\n[r] and [text][r]",
];

describe("hostile text", () => {
  it.each(HOSTILE)("%s", async (text) => {
    performance.clearResourceTimings();
    const host = draw(text);
    expect(
      host.querySelectorAll("script, style, iframe, object, embed, svg, math, form, details, link, meta, base"),
    ).toHaveLength(0);
    for (const element of host.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^srcdoc$|^style$/);
        if (name === "href") expect(value).toMatch(/^(https?|mailto):/);
        if (name === "src") expect(value).toMatch(/^data:image\/(png|jpeg|gif|webp);base64,/);
      }
    }
    await new Promise((done) => setTimeout(done, 20));
    expect((globalThis as { hacked?: unknown }).hacked).toBeUndefined();
    const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
    expect(fetched.filter((name) => name.includes("attacker"))).toEqual([]);
  });

  it("shows a picture that is in the text itself, and only a link to one that is not", () => {
    const pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
    expect(draw(`![dot](${pixel})`).querySelector("img")?.alt).toBe("dot");
    expect(draw("![far](https://example.org/a.png)").querySelector("a")?.textContent).toBe("far");
  });

  it.each([
    ["quotes", ">".repeat(5000)],
    ["lists", Array.from({ length: 300 }, (_, level) => `${" ".repeat(level * 2)}- x`).join("\n")],
    ["emphasis", "*a ".repeat(3000)],
    ["brackets", "[".repeat(20_000)],
    ["a very long line", "x".repeat(300_000)],
  ])("is drawn in time when it is %s all the way down", (_, text) => {
    const start = performance.now();
    expect(draw(text).textContent).not.toBe("");
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
