// One widget drawn on the test page, and what a person does with it.
import axe from "axe-core";
import type { Chunks, LoadChunk } from "../src/chunks";
import * as editor from "../src/chunks/editor";
import * as forms from "../src/chunks/forms";
import * as highlight from "../src/chunks/highlight";
import * as math from "../src/chunks/math";
import * as react from "../src/chunks/react";
import * as shows from "../src/chunks/show";
import { render } from "../src/core";
import type { AskView, TranscriptView } from "../src/protocol";
import { FakeModel, renderProps } from "./model";
import { state } from "./views";

export interface Shown {
  readonly model: FakeModel;
  readonly el: HTMLElement;
  /** Takes the view away, as anywidget does. */
  readonly close: () => void;
}

const open: Array<() => void> = [];

const CHUNKS: Chunks = { editor, forms, highlight, math, react, show: shows };
/** The chunks as they are here, without a kernel to ask for them. */
const load: LoadChunk = async (name) => CHUNKS[name];

export function show(parts: Partial<TranscriptView> = {}, traits: Record<string, unknown> = {}): Shown {
  const el = document.createElement("div");
  document.body.append(el);
  const model = new FakeModel({ state: state(parts), ...traits });
  const controller = new AbortController();
  render(renderProps(model, el, controller.signal), load);
  const close = () => {
    controller.abort();
    el.remove();
  };
  open.push(close);
  return { model, el, close };
}

/** For `afterEach`. */
export function cleanUp(): void {
  for (const close of open.splice(0)) close();
  sessionStorage.clear();
  document.body.replaceChildren();
  document.body.removeAttribute("data-jp-theme-light");
}

export const waiting = (...asks: AskView[]): Partial<TranscriptView> => ({ status: "waiting", asks });

/** Drawing happens a moment after the change. */
export const settled = (ms = 30): Promise<void> => new Promise((done) => setTimeout(done, ms));

export function find<E extends HTMLElement = HTMLElement>(el: HTMLElement, selector: string): E {
  const found = el.querySelector<E>(selector);
  if (!found) throw new Error(`nothing like ${selector} in ${el.innerHTML}`);
  return found;
}

export async function type(field: HTMLTextAreaElement, text: string): Promise<void> {
  field.focus();
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settled();
}

export function press(target: Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...more });
  target.dispatchEvent(event);
  return event;
}

/** What axe has to say against what is drawn. */
export async function violations(el: HTMLElement): Promise<string[]> {
  const { violations: found } = await axe.run(el, { rules: { region: { enabled: false } } });
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
