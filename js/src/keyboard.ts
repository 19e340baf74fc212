// Living inside a notebook: its shortcuts (`b` inserts a cell, Shift+Enter runs it and so destroys this view) act on keys typed
// anywhere in a cell. Lumino looks for the attribute on the very element that has the focus, an ancestor is not enough.

/**
 * Keeps the notebook's shortcuts, and the browser's "save page", away from what has the focus inside `root`.
 *
 * JupyterLab also forbids line breaks in anything inside a cell (so that Shift+Enter runs the cell and writes nothing), by a
 * `beforeinput` listener on the focused element itself; only an ancestor that captures the event comes before it.
 */
export function shieldKeyboard(root: HTMLElement, signal: AbortSignal): void {
  root.addEventListener(
    "focusin",
    ({ target }) => (target as Element).setAttribute("data-lm-suppress-shortcuts", "true"),
    {
      signal,
    },
  );
  root.addEventListener(
    "beforeinput",
    (event) => {
      if (event.inputType === "insertLineBreak") event.stopPropagation();
    },
    { signal, capture: true },
  );
  root.addEventListener(
    "keydown",
    (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") event.preventDefault();
    },
    { signal },
  );
}

/** Whether typing goes into `target` as text. */
export function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** A key pressed alone, once, by a person who is not composing text. */
export function isPlainKey(event: KeyboardEvent): boolean {
  return !(
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.repeat ||
    event.isComposing ||
    event.defaultPrevented
  );
}
