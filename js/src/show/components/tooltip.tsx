// More information on a word: while it is pointed at or has the focus, until Escape.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useElementId } from "../../ids";
import type { ComponentProps } from "./component";
import { textOf } from "./props";

/** Between the word and what it says. */
const GAP_PX = 6;
const MARGIN_PX = 8;

export function Tooltip({ props, inside }: ComponentProps) {
  const id = useElementId();
  const isOpen = useSignal(false);
  const word = useRef<HTMLButtonElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const shown = isOpen.value;
  useEffect(() => {
    if (!shown || !word.current || !tip.current) return;
    tip.current.showPopover();
    place(tip.current, word.current.getBoundingClientRect());
    return () => tip.current?.hidePopover();
  }, [shown]);
  const set = (open: boolean) => () => {
    isOpen.value = open;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen.peek()) return;
    event.stopPropagation();
    isOpen.value = false;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same for the keyboard
    <span class="nbc-ui-tooltip" onMouseEnter={set(true)} onMouseLeave={set(false)}>
      <button
        ref={word}
        type="button"
        class="nbc-ui-trigger"
        aria-describedby={id}
        onFocus={set(true)}
        onBlur={set(false)}
        onClick={set(true)}
        onKeyDown={onKeyDown}
      >
        {textOf(props.trigger) || "?"}
      </button>
      <div ref={tip} id={id} role="tooltip" popover="manual" class="nbc-ui-tip">
        {inside}
      </div>
    </span>
  );
}

/** Above the word, or below it where there is no room. It lies over the page, so nothing around it cuts it off. */
function place(tip: HTMLElement, word: DOMRect): void {
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(MARGIN_PX, word.left + word.width / 2 - width / 2), innerWidth - width - MARGIN_PX);
  const above = word.top - height - GAP_PX;
  tip.style.left = `${left}px`;
  tip.style.top = `${above >= MARGIN_PX ? above : word.bottom + GAP_PX}px`;
}
