// The small buttons that have a sign and no words.
import type { ComponentChildren } from "preact";

interface ToolProps {
  /** What it is called, for people who hear the page and for the pointer. */
  readonly name: string;
  /** For the pointer, when there is more to say than the name. */
  readonly title?: string;
  /** Class names beside its own. */
  readonly look?: string;
  /** The id of the element that tells it from others of the same name. */
  readonly describedBy?: string;
  /** Left out for what can always be pressed. */
  readonly enabled?: boolean;
  readonly busy?: boolean;
  readonly pressed?: boolean | undefined;
  readonly onPress: () => void;
  readonly children: ComponentChildren;
}

/** Never `disabled`: the focus stays where it is while the button cannot be pressed. */
export function Tool({ name, title = name, look, describedBy, enabled, busy, pressed, onPress, children }: ToolProps) {
  return (
    <button
      type="button"
      class={look ? `nbc-tool ${look}` : "nbc-tool"}
      aria-label={name}
      aria-describedby={describedBy}
      aria-busy={busy}
      aria-disabled={enabled === undefined ? undefined : !enabled}
      aria-pressed={pressed}
      title={title}
      onClick={() => enabled !== false && onPress()}
    >
      {busy ? <span class="nbc-spinner" aria-hidden="true" /> : children}
    </button>
  );
}

/** Something that is put down in a file. */
export const TRAY = "M8 2.2v7.6M4.9 6.9 8 10l3.1-3.1M2.6 10.4v2.1c0 .6.5 1.1 1.1 1.1h8.6c.6 0 1.1-.5 1.1-1.1v-2.1";

interface SignProps {
  /** Lines on a square of 16 by 16. */
  readonly path: string;
  readonly size?: number;
  readonly width?: number;
  readonly filled?: boolean;
}

export function Sign({ path, size = 15, width = 1.4, filled = false }: SignProps) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width={width}
    >
      <path d={path} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
