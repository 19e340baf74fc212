import { afterEach, describe, expect, it } from "vitest";
import loader from "../src/loader";
import { FakeModel, renderProps } from "./model";

const CORE = `
  globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;
  export const render = ({ el, model }) => { el.textContent = "drawn " + model.get("name"); };
`;

const assets = (version: string, core: string) => async () => new FakeModel({ version, sources: { core } });
const page = globalThis as { evaluated?: number; __nbconvo?: Map<string, unknown> };

async function load(host?: () => Promise<unknown>, signal = new AbortController().signal) {
  const el = document.createElement("div");
  const model = new FakeModel({ _assets: "anywidget:abc", name: "one" });
  await loader.render(renderProps(model, el, signal, host));
  return el;
}

afterEach(() => {
  delete page.evaluated;
  delete page.__nbconvo;
});

describe("the loader", () => {
  it("evaluates the front end once per version, however many widgets there are", async () => {
    const drawn = await Promise.all([load(assets("1", CORE)), load(assets("1", CORE)), load(assets("1", CORE))]);
    expect(drawn.map((el) => el.textContent)).toEqual(["drawn one", "drawn one", "drawn one"]);
    expect(page.evaluated).toBe(1);
    await load(assets("2", CORE));
    expect(page.evaluated).toBe(2);
  });

  it.each([
    ["the assets model is not there", undefined],
    ["the front end is missing", async () => new FakeModel({ version: "3", sources: {} })],
    ["the front end is broken", assets("4", "this is not JavaScript")],
    ["drawing fails", assets("5", "export const render = () => { throw new Error('no') }")],
  ])("says what to do when %s", async (_, host) => {
    const el = await load(host);
    expect(el.querySelector("[role=alert]")?.textContent).toContain("Run the cell again.");
    expect(el.querySelector(".nbc-live")).toBeNull();
  });

  it("tries again after a failure", async () => {
    await load(assets("6", "this is not JavaScript"));
    expect((await load(assets("6", CORE))).textContent).toBe("drawn one");
  });

  it("draws nothing into a view that is gone", async () => {
    expect((await load(assets("7", CORE), AbortSignal.abort())).textContent).toBe("");
  });
});
