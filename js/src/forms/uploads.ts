// The page's end of uploads: a file goes out in chunks, each acknowledged; a few are on their way at a time, so that the kernel
// is never flooded and never idle. See docs/files.md.
import { newId } from "../ids";
import type { AckMessage, PageMessage, UploadedFile } from "../protocol";
import type { Upload, UploadOptions } from "./upload";

const CHUNK_BYTES = 1024 * 1024;
const CHUNKS_AHEAD = 3;

type UploadMessage = Extract<PageMessage, { upload_id: string }>;
/** One of them before it has the id of its reply. */
type Unsent<Message> = Message extends unknown ? Omit<Message, "reply_id"> : never;
type Send = (message: PageMessage, buffers: ArrayBuffer[]) => boolean;

interface Waiting {
  readonly resolve: (ack: AckMessage) => void;
  readonly reject: (error: Error) => void;
}

const GONE = "The kernel cannot be reached.";

export class Uploads {
  readonly #send: Send;
  readonly #waiting = new Map<string, Waiting>();
  /** Files go one after the other: together they would not be faster, and each of them later. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Brings files to the ask `taskId`. */
  to(taskId: string): Upload {
    return (file, options) => {
      const done = this.#last.then(() => {
        options.signal.throwIfAborted();
        return this.#upload(taskId, file, options);
      });
      this.#last = done.catch(() => undefined);
      return done;
    };
  }

  /** An ack arrived. False when it was not for an upload of this page. */
  acknowledged(ack: AckMessage): boolean {
    const waiting = this.#waiting.get(ack.reply_id);
    if (!waiting) return false;
    this.#waiting.delete(ack.reply_id);
    if (ack.code === "accepted") waiting.resolve(ack);
    else waiting.reject(new Error(ack.errors[0]?.message || ack.message || "The file was not accepted."));
    return true;
  }

  /** The kernel is gone: nothing under way will be acknowledged any more. */
  abandon(): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(GONE));
    this.#waiting.clear();
  }

  async #upload(taskId: string, file: File, { path, signal, onProgress }: UploadOptions): Promise<UploadedFile> {
    const upload_id = newId();
    const about = { filename: file.name, content_type: file.type || "application/octet-stream", size: file.size };
    await this.#ask({ kind: "upload_begin", upload_id, task_id: taskId, field: [...path], ...about });
    try {
      await this.#sendChunks(upload_id, file, signal, onProgress);
      const { file: stored } = await this.#ask({ kind: "upload_end", upload_id });
      if (!stored) throw new Error("The kernel did not say where it put the file.");
      return stored;
    } catch (error) {
      // Whatever it was, what has come must not stay behind. Nobody waits for the answer.
      this.#ask({ kind: "upload_cancel", upload_id }).catch(() => undefined);
      throw error;
    }
  }

  async #sendChunks(upload_id: string, file: File, signal: AbortSignal, onProgress: (bytes: number) => void) {
    let arrived = 0;
    const underWay: Array<Promise<void>> = [];
    for (let offset = 0; offset < file.size; offset += CHUNK_BYTES) {
      const chunk = await file.slice(offset, offset + CHUNK_BYTES).arrayBuffer();
      signal.throwIfAborted();
      const size = chunk.byteLength;
      const acknowledged = this.#ask({ kind: "upload_chunk", upload_id, offset }, [chunk]).then(() => {
        arrived += size;
        onProgress(arrived);
      });
      acknowledged.catch(() => undefined); // it is looked at below, perhaps after another one failed
      underWay.push(acknowledged);
      if (underWay.length > CHUNKS_AHEAD) await underWay.shift();
    }
    await Promise.all(underWay);
    signal.throwIfAborted();
  }

  #ask(message: Unsent<UploadMessage>, buffers: ArrayBuffer[] = []): Promise<AckMessage> {
    const reply_id = newId();
    return new Promise((resolve, reject) => {
      this.#waiting.set(reply_id, { resolve, reject });
      if (this.#send({ ...message, reply_id } as UploadMessage, buffers)) return;
      this.#waiting.delete(reply_id);
      reject(new Error(GONE));
    });
  }
}
