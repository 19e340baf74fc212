// Files on their way to the kernel, from the page's side.
import { afterEach, describe, expect, it } from "vitest";
import { userEvent } from "vitest/browser";
import type { AckMessage, FieldView, UploadedFile } from "../src/protocol";
import { cleanUp, find, type Shown, settled, show, waiting } from "./page";
import { drawn } from "./views";

afterEach(cleanUp);

const MIB = 1024 * 1024;
const STORED: UploadedFile = { filename: "a.bin", url: "file:///s/a.bin", content_type: "image/png", size: 3 };

const fileForm = (parts: Partial<FieldView> = {}): FieldView => ({
  key: "",
  kind: "object",
  label: "",
  description: null,
  required: true,
  nullable: false,
  fields: [
    { key: "f", kind: "file", label: "Receipt", description: null, required: true, nullable: false, ...parts },
    { key: "g", kind: "text", label: "Note", description: null, required: false, nullable: false },
  ],
});

async function opened(parts: Partial<FieldView> = {}): Promise<Shown> {
  const shown = show(waiting(drawn("", { form: fileForm(parts) })));
  await expect.poll(() => shown.el.querySelector("input[type=file]")).not.toBeNull();
  return shown;
}

const bytes = (size: number, name = "a.bin") => new File([new Uint8Array(size)], name, { type: "image/png" });

async function choose({ el }: Shown, ...files: File[]): Promise<void> {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  const input = find<HTMLInputElement>(el, "input[type=file]");
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await settled();
}

/** The kernel acknowledges everything it has not acknowledged yet. */
function acknowledge({ model }: Shown, parts: Partial<AckMessage> = {}): void {
  for (const message of model.sent) {
    if (!("upload_id" in message) || done.has(message.reply_id)) continue;
    done.add(message.reply_id);
    const end = message.kind === "upload_end" && { file: STORED };
    model.push({
      kind: "ack",
      reply_id: message.reply_id,
      code: "accepted",
      message: "",
      errors: [],
      ...end,
      ...parts,
    });
  }
}
const done = new Set<string>();

async function until(shown: Shown, kind: "upload_end" | "upload_chunk", count = 1): Promise<void> {
  await expect
    .poll(() => {
      if (shown.model.of(kind).length < count) acknowledge(shown);
      return shown.model.of(kind).length;
    })
    .toBeGreaterThanOrEqual(count);
}

const buttons = (el: HTMLElement) => [...el.querySelectorAll("button")].map((each) => each.getAttribute("aria-label"));
const submit = async (el: HTMLElement) => {
  find<HTMLButtonElement>(el, "button[type=submit]").click();
  await settled();
};

describe("a file", () => {
  it("goes out in chunks, is listed, and is sent as the answer", async () => {
    const shown = await opened();
    const { el, model } = shown;
    await choose(shown, bytes(2.5 * MIB));
    expect(model.of("upload_begin")).toMatchObject([
      { field: ["f"], filename: "a.bin", content_type: "image/png", size: 2.5 * MIB },
    ]);
    expect(model.of("upload_chunk")).toEqual([]); // not before the kernel agrees
    await until(shown, "upload_end");
    expect(model.of("upload_chunk").map(({ offset }) => offset)).toEqual([0, MIB, 2 * MIB]);
    const sizes = model.sent.flatMap((each, at) => (each.kind === "upload_chunk" ? model.buffers[at] : []));
    expect(sizes.map((buffer) => buffer?.byteLength)).toEqual([MIB, MIB, MIB / 2]);
    acknowledge(shown);
    await settled();
    expect(find(el, ".nbc-file").textContent).toBe("a.bin3 bytesRemove");
    await submit(el);
    expect(model.replies).toMatchObject([{ input: { f: STORED.url } }]);
  });

  it("shows how far it is, and never has more than a few chunks on their way", async () => {
    const shown = await opened();
    await choose(shown, bytes(8 * MIB));
    acknowledge(shown);
    await expect.poll(() => shown.model.of("upload_chunk").length).toBe(4);
    await settled(60);
    expect(shown.model.of("upload_chunk")).toHaveLength(4);
    acknowledge(shown);
    await expect.poll(() => find<HTMLProgressElement>(shown.el, "progress").value).toBe(4 * MIB);
    await until(shown, "upload_end");
  });

  it("can be cancelled: the kernel is told, and the form does without", async () => {
    const shown = await opened({ required: false });
    const { el, model } = shown;
    await choose(shown, bytes(8 * MIB));
    acknowledge(shown);
    await expect.poll(() => model.of("upload_chunk").length).toBe(4);
    await userEvent.click(find(el, "button[aria-label='Cancel a.bin']"));
    acknowledge(shown);
    await expect.poll(() => model.of("upload_cancel").length).toBe(1);
    expect(el.querySelector(".nbc-file")).toBeNull();
    await submit(el);
    expect(model.replies).toMatchObject([{ input: {} }]);
  });

  it("that is on its way keeps the form from being sent", async () => {
    const shown = await opened();
    await choose(shown, bytes(10));
    await submit(shown.el);
    expect(shown.model.replies).toEqual([]);
    expect(shown.el.textContent).toContain("A file is still on its way.");
  });

  it("that the kernel does not want says why, and can be put away", async () => {
    const shown = await opened();
    await choose(shown, bytes(10));
    acknowledge(shown, { code: "rejected", message: "Only PDF files, please." });
    await settled();
    expect(find(shown.el, ".nbc-file [role=alert]").textContent).toBe("Only PDF files, please.");
    expect(buttons(shown.el)).toContain("Remove a.bin");
  });

  it("that is too large is not sent at all", async () => {
    const shown = await opened({ max_bytes: 5 });
    await choose(shown, bytes(6));
    expect(shown.model.of("upload_begin")).toEqual([]);
    expect(shown.el.textContent).toContain("It is larger than 5 bytes.");
  });

  it("is lost when the kernel goes away, and that is said", async () => {
    const shown = await opened();
    await choose(shown, bytes(10));
    shown.model.trigger("comm_live_update");
    await settled();
    expect(shown.el.textContent).toContain("The kernel cannot be reached.");
  });

  it("can be dropped, several where several are wanted: they go one after the other", async () => {
    const shown = await opened({ kind: "files" });
    const dataTransfer = new DataTransfer();
    for (const name of ["a.bin", "b.bin"]) dataTransfer.items.add(bytes(3, name));
    const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    find(shown.el, ".nbc-drop").dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    await settled();
    expect(shown.el.querySelectorAll("progress")).toHaveLength(2);
    expect(shown.model.of("upload_begin")).toHaveLength(1);
    await until(shown, "upload_end", 2);
    expect(shown.model.of("upload_begin").map(({ filename }) => filename)).toEqual(["a.bin", "b.bin"]);
  });

  it("in a list says where it belongs, and is forgotten with its row", async () => {
    const [file] = fileForm().fields ?? [];
    const item = { ...fileForm(), label: "Page", fields: file ? [file] : [] };
    const shown = await opened({ kind: "list", item, min_items: 2, required: false });
    const second = shown.el.querySelectorAll<HTMLInputElement>("input[type=file]")[1];
    const transfer = new DataTransfer();
    transfer.items.add(bytes(10));
    if (second) second.files = transfer.files;
    second?.dispatchEvent(new Event("change", { bubbles: true }));
    await settled();
    expect(shown.model.of("upload_begin")).toMatchObject([{ field: ["f", 1, "f"] }]);
    for (const row of ["Page 2", "Page 1"]) {
      find(shown.el, `button[aria-label='Remove ${row}']`).click();
      await settled();
    }
    expect(shown.el.querySelector(".nbc-row")).toBeNull();
    await submit(shown.el);
    expect(shown.el.textContent).not.toContain("still on its way");
  });

  it("of no size at all is a file as well", async () => {
    const shown = await opened();
    await choose(shown, bytes(0));
    await until(shown, "upload_end");
    expect(shown.model.of("upload_chunk")).toEqual([]);
  });
});
