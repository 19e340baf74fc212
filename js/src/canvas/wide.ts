// The full view: the element itself is put over the page (a popover), for a frame that is moved to another place starts anew. While
// it is there the focus stays in it, and Escape ends it.
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

export function useWide(box: RefObject<HTMLElement | null>): { isWide: boolean; setWide: (wide: boolean) => void } {
  const [isWide, setWide] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element || !isWide) return;
    const focused = document.activeElement;
    element.showPopover();
    if (!element.contains(focused)) element.querySelector<HTMLElement>("button")?.focus();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      setWide(false);
    };
    const onFocusOut = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget instanceof Node && !element.contains(relatedTarget)) {
        element.querySelector<HTMLElement>("button")?.focus();
      }
    };
    element.addEventListener("keydown", onKeyDown);
    element.addEventListener("focusout", onFocusOut);
    return () => {
      element.removeEventListener("keydown", onKeyDown);
      element.removeEventListener("focusout", onFocusOut);
      if (element.isConnected && element.matches(":popover-open")) element.hidePopover();
      if (focused instanceof HTMLElement) focused.focus();
    };
  }, [isWide, box]);
  return { isWide, setWide };
}
