// Which place of a chart is looked at: by pointer, or by the arrow keys when it has the focus (as a slider, the role that readers
// can move along).
import { useSignal } from "@preact/signals";

interface Pointer {
  readonly at: number | null;
  readonly point: (index: number | null) => void;
  readonly slider: Record<string, unknown>;
}

export function usePointer(count: number, name: string, saying: (index: number) => string): Pointer {
  const at = useSignal<number | null>(null);
  const point = (index: number | null) => {
    at.value = index === null ? null : Math.max(0, Math.min(count - 1, index));
  };
  const index = at.value !== null && at.value < count ? at.value : null;
  const onKeyDown = (event: KeyboardEvent) => {
    const here = at.peek() ?? -1;
    const next = {
      ArrowRight: here + 1,
      ArrowUp: here + 1,
      ArrowLeft: here - 1,
      ArrowDown: here - 1,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (event.key === "Escape") point(null);
    if (next === undefined) return;
    event.preventDefault();
    point(next);
  };
  const slider = {
    role: "slider",
    tabIndex: 0,
    "aria-label": name,
    "aria-valuemin": 1,
    "aria-valuemax": count,
    "aria-valuenow": (index ?? 0) + 1,
    "aria-valuetext": saying(index ?? 0),
    onKeyDown,
    onFocus: () => index === null && point(0),
    onBlur: () => point(null),
    onPointerLeave: () => point(null),
  };
  return { at: index, point, slider };
}
