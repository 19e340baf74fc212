// A model as anywidget hands it to a page, with the kernel's side in the test's hands.
import type { AnyModel, Host, RenderProps } from "@anywidget/types";
import type { AckMessage, KernelMessage, PageMessage, Patch, ReplyMessage, WidgetState } from "../src/protocol";

type Handler = (...args: unknown[]) => void;

export class FakeModel {
  /** Everything the page sent. */
  readonly sent: PageMessage[] = [];
  /** The binary buffers of each of them. */
  readonly buffers: ArrayBuffer[][] = [];
  /** When set, sending fails as it does once the kernel is gone. */
  gone = false;
  readonly #traits = new Map<string, unknown>();
  readonly #handlers = new Map<string, Set<Handler>>();

  constructor(traits: Record<string, unknown> = {}) {
    for (const [name, value] of Object.entries(traits)) this.#traits.set(name, value);
  }

  get = (name: string): unknown => this.#traits.get(name);

  on = (event: string, handler: Handler): void => {
    this.#handlers.set(event, (this.#handlers.get(event) ?? new Set()).add(handler));
  };

  off = (event: string, handler: Handler): void => {
    this.#handlers.get(event)?.delete(handler);
  };

  send = (message: PageMessage, _?: unknown, buffers: ArrayBuffer[] = []): void => {
    if (this.gone) throw new Error("Cannot send");
    this.sent.push(message);
    this.buffers.push(buffers);
  };

  trigger(event: string, ...args: unknown[]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(...args);
  }

  /** A custom message from the kernel. */
  push(message: KernelMessage): void {
    this.trigger("msg:custom", message, []);
  }

  patch(seq: number, ...ops: Patch[]): void {
    this.push({ kind: "patch", seq, ops });
  }

  /** The kernel sets the trait. */
  setState(state: WidgetState): void {
    this.#traits.set("state", state);
    this.trigger("change:state");
  }

  /** The kernel's answer to the newest message that asks for one. */
  ack(code: AckMessage["code"], message = "", errors: AckMessage["errors"] = []): void {
    const last = this.sent.filter((each) => each.kind !== "resync").at(-1);
    if (!last) throw new Error("nothing was sent");
    this.push({ kind: "ack", reply_id: last.reply_id, code, message, errors });
  }

  /** What the page sent of one kind. */
  of<Kind extends PageMessage["kind"]>(kind: Kind): Extract<PageMessage, { kind: Kind }>[] {
    return this.sent.filter((message) => message.kind === kind) as Extract<PageMessage, { kind: Kind }>[];
  }

  get listeners(): number {
    return [...this.#handlers.values()].reduce((sum, handlers) => sum + handlers.size, 0);
  }

  get replies(): ReplyMessage[] {
    return this.sent.filter((message) => message.kind === "reply");
  }

  /** The part of it that anywidget's types promise. */
  get asModel(): AnyModel {
    return this as unknown as AnyModel;
  }
}

/** What anywidget passes to `render`; `assets` answers `getModel`. */
export function renderProps(
  model: FakeModel,
  el: HTMLElement,
  signal: AbortSignal,
  assets?: () => Promise<unknown>,
): RenderProps {
  const host = { getModel: assets ?? (() => Promise.reject(new Error("model not found"))) } as unknown as Host;
  return {
    model: model.asModel,
    el,
    signal,
    host,
    experimental: { invoke: () => Promise.reject(new Error("not here")) },
  };
}
