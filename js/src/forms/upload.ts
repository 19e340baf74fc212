// How a file gets to the kernel, as far as a control is concerned.
import type { UploadedFile } from "../protocol";

export interface UploadOptions {
  /** The field it is for: the way to its value in the answer. */
  readonly path: readonly (string | number)[];
  /** Aborting it takes back what has been sent. */
  readonly signal: AbortSignal;
  readonly onProgress: (sentBytes: number) => void;
}

/** Resolves when the kernel has all of it; rejects with what to tell the person. */
export type Upload = (file: File, options: UploadOptions) => Promise<UploadedFile>;

/** 1536 -> "1.5 kB" */
export function fileSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
