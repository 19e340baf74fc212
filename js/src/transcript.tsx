// What was said, oldest first. It stays at the newest line while the reader is there, and leaves the reader alone otherwise.
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { hasEnded } from "./connection";
import { ItemView } from "./items/item";
import type { TranscriptView } from "./protocol";

type Item = TranscriptView["items"][number];

/** This close to the end counts as being there. */
const NEAR_PX = 32;

export function Transcript({ view, live }: { view: TranscriptView; live: boolean }) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useSignal(true);
  const items = useDrawnItems(view.items);

  const toEnd = () => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  };
  const onScroll = () => {
    const box = scroller.current;
    if (box) atEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
  };
  useLayoutEffect(() => {
    const follow = new ResizeObserver(() => {
      if (atEnd.peek()) toEnd();
      else onScroll(); // what was said may have become shorter
    });
    for (const box of [scroller.current, content.current]) if (box) follow.observe(box);
    return () => follow.disconnect();
  }, [atEnd]);
  useLayoutEffect(() => {
    if (atEnd.peek()) toEnd();
  }, [view.items, atEnd]);

  const jump = () => {
    toEnd();
    scroller.current?.focus();
  };
  // It can be reached with the keyboard, like everything here that scrolls.
  return (
    <div class="nbc-transcript">
      <div
        ref={scroller}
        class="nbc-log"
        role="log"
        aria-live="polite"
        aria-label={view.title}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} class="nbc-items">
          {items}
          {isWorking(view, live) && <Working />}
          {view.items.length === 0 && hasEnded(view) && <p class="nbc-empty">Nothing was said.</p>}
        </div>
      </div>
      {!atEnd.value && (
        <button type="button" class="nbc-jump" onClick={jump}>
          <span aria-hidden="true">↓ </span>Jump to latest
        </button>
      )}
    </div>
  );
}

/** The vnodes of the items. An item that is the same object gets the same vnode, which Preact then does not look into. */
function useDrawnItems(items: readonly Item[]): VNode[] {
  const cache = useRef(new WeakMap<Item, { caption: string | null; vnode: VNode }>());
  let last: string | null = null;
  return items.map((item, index) => {
    const said = item.kind === "answer" ? (item.label ?? item.prompt) : null;
    const caption = said === last ? null : said; // a loop that asks the same again and again says it once
    if (said) last = said;
    const known = cache.current.get(item);
    if (known?.caption === caption) return known.vnode;
    const vnode = <ItemView key={`${item.kind}:${item.id ?? index}`} item={item} caption={caption} />;
    cache.current.set(item, { caption, vnode });
    return vnode;
  });
}

/** The workflow is busy and nothing on the page shows it yet. */
function isWorking(view: TranscriptView, live: boolean): boolean {
  if (!live || view.status !== "running" || view.asks.length > 0) return false;
  const last = view.items.at(-1);
  if (last?.kind === "message") return !last.streaming;
  return !((last?.kind === "activity" || last?.kind === "task") && last.status === "running");
}

function Working() {
  return (
    <div class="nbc-working" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
