import { useState } from "preact/hooks";

/** A new id. `crypto.randomUUID` is missing on pages served over plain http, so there is a way without it. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const evaluation = newId().slice(0, 8);
let count = 0;

/** An id for an element. Preact's own `useId` counts from the start again in every widget of the page. */
export function useElementId(): string {
  return useState(() => `nbc-${evaluation}-${++count}`)[0];
}
