// Moving the focus inside a form.

/** When what was just changed has been drawn. */
export const afterDrawing = (action: () => void): void => void setTimeout(action);

/** What a person fills in. */
export const CONTROLS = "input, select, textarea";

/** Focuses the first of `selector` in `root`. */
export function focusFirst(root: HTMLElement | null | undefined, selector = CONTROLS): boolean {
  const found = root?.querySelector<HTMLElement>(selector);
  found?.focus();
  return found !== null && found !== undefined;
}

/** Where the person should go: the first control with a mistake, else the first of all. In a group of radios that is the chosen one. */
export function firstControl(form: HTMLElement): HTMLElement | null {
  const marked = form.querySelector<HTMLElement>("[aria-invalid=true], [data-invalid]");
  if (marked?.matches(CONTROLS)) return marked;
  const inside = marked ?? form;
  const first = inside.querySelector<HTMLElement>(`${CONTROLS}, .nbc-small-button`);
  if (!(first instanceof HTMLInputElement) || first.type !== "radio") return first;
  return form.querySelector<HTMLElement>(`input[name="${CSS.escape(first.name)}"]:checked`) ?? first;
}
