// Answering a confirmation with one key: Y accepts, N declines, a digit takes the option in that place.
import { isPlainKey, isTextField } from "../keyboard";
import type { AskView, Option } from "../protocol";

/** The key of the option in place `index`, or null when there is none left. */
export function hotkeyOf(option: Option, index: number): string | null {
  if (option.value === "accept") return "Y";
  if (option.value === "decline") return "N";
  return index < 9 ? String(index + 1) : null;
}

/** The ask and the value a key stands for: in the ask that has the focus, or in the only confirmation there is. */
export function hotkeyChoice(event: KeyboardEvent, asks: readonly AskView[]): { taskId: string; value: string } | null {
  if (!isPlainKey(event) || event.shiftKey || isTextField(event.target)) return null;
  const confirmations = asks.filter((ask) => ask.kind === "confirmation");
  const focused = (event.target as Element).closest<HTMLElement>("[data-task]")?.dataset.task;
  const ask =
    confirmations.find((each) => each.task_id === focused) ??
    (confirmations.length === 1 ? confirmations[0] : undefined);
  const pressed = event.key.toUpperCase();
  const option = ask?.options.find((each, index) => hotkeyOf(each, index) === pressed);
  return ask && option ? { taskId: ask.task_id, value: option.value } : null;
}
