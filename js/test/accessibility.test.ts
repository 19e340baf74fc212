import { afterEach, describe, expect, it } from "vitest";
import { cleanUp, find, press, type Shown, settled, show, type, violations, waiting } from "./page";
import { chat, confirmation, drawn, form, STATES } from "./views";

afterEach(cleanUp);

const LIGHT = {
  "--jp-layout-color1": "#fff",
  "--jp-content-font-color1": "rgba(0, 0, 0, 0.87)",
  "--jp-brand-color1": "#1976d2",
  "--jp-error-color1": "#d32f2f",
  "--jp-warn-color1": "#f57c00",
  "--jp-success-color1": "#388e3c",
};
const DARK = {
  "--jp-layout-color1": "#212121",
  "--jp-content-font-color1": "#fff",
  "--jp-brand-color1": "#2196f3",
  "--jp-error-color1": "#f44336",
  "--jp-warn-color1": "#ff9800",
  "--jp-success-color1": "#4caf50",
};
const THEMES: Array<[name: string, light: boolean, colours: Record<string, string>]> = [
  ["JupyterLab's light theme", true, LIGHT],
  ["JupyterLab's dark theme", false, DARK],
  ["no theme", true, {}],
  ["a dark theme without colours", false, {}],
];

const refuse = async ({ el, model }: Shown) => {
  await expect.poll(() => el.querySelector("form")).not.toBeNull();
  await type(find<HTMLTextAreaElement>(el, "textarea"), "{}");
  press(find(el, "textarea"), "Enter");
  find<HTMLFormElement>(el, "form").requestSubmit();
  for (const { reply_id } of model.replies) {
    model.push({
      kind: "ack",
      reply_id,
      code: "rejected",
      message: "Wrong",
      errors: [{ path: ["a"], message: "worse" }],
    });
  }
};

const MORE: Record<string, [Parameters<typeof show>[0], (shown: Shown) => unknown]> = {
  disconnected: [STATES.chat, ({ model }) => model.trigger("comm_live_update")],
  refused: [waiting(chat({ label: "Name" }), form()), refuse],
  moving: [STATES.resumed, ({ el }) => find(el, ".nbc-edit").click()],
  unfolded: [STATES.failed, ({ el }) => find(el, "details").setAttribute("open", "")],
  "a form": [waiting(drawn()), ({ el }) => expect.poll(() => el.querySelector("form")).not.toBeNull()],
  "a form with mistakes": [
    waiting(drawn("every"), confirmation()),
    async ({ el }) => {
      await expect.poll(() => el.querySelector("form")).not.toBeNull();
      find<HTMLFormElement>(el, "form").requestSubmit();
    },
  ],
  "a form without a kernel": [
    waiting(drawn("every")),
    async ({ el, model }) => {
      await expect.poll(() => el.querySelector("form")).not.toBeNull();
      model.trigger("comm_live_update");
    },
  ],
  deadline: [waiting(chat({ deadline: Date.now() / 1000 + 5 })), () => undefined],
};

describe.each(THEMES)("with %s", (_, light, colours) => {
  const dress = () => {
    document.body.setAttribute("data-jp-theme-light", String(light));
    document.body.style.cssText = Object.entries({ background: light ? "#fff" : "#111", ...colours })
      .map(([name, value]) => `${name}: ${value}`)
      .join(";");
  };

  it.each(Object.keys(STATES))("nothing stands in the way: %s", async (name) => {
    dress();
    expect(await violations(show(STATES[name]).el)).toEqual([]);
  });

  it.each(Object.keys(MORE))("nothing stands in the way: %s", async (name) => {
    dress();
    const [parts, act] = MORE[name] ?? [{}, () => undefined];
    const shown = show(parts);
    await act(shown);
    await settled();
    expect(await violations(shown.el)).toEqual([]);
  });
});
