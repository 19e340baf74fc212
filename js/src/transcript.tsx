// What was said, oldest first. It stays at the newest line while the reader is there, and leaves the reader alone otherwise.
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { hasEnded } from "./connection";
import { ItemView } from "./items/item";
import type { TranscriptView } from "./protocol";

type Item = TranscriptView["items"][number];

/** This close to the end counts as being there. */
const NEAR_PX = 32;
/** So many items are drawn at first, and so many more at a time when the reader goes up. */
const WINDOW = 200;

export function Transcript({ view, live }: { view: TranscriptView; live: boolean }) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useSignal(true);
  const { from, more } = useWindow(view.items.length, content, scroller, atEnd);
  const items = useDrawnItems(view.items, from);

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
          {from > 0 && <Earlier count={from} scroller={scroller} onMore={more} />}
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

interface Window {
  /** The number of the first item that is drawn. */
  readonly from: number;
  readonly more: () => void;
}

type Box = { readonly current: HTMLDivElement | null };

/** Which items are drawn: the newest, and earlier ones as far as the reader has gone up. What is being read does not move. */
function useWindow(count: number, content: Box, scroller: Box, atEnd: ReadonlySignal<boolean>): Window {
  const first = useSignal(Math.max(0, count - WINDOW));
  const kept = useRef<{ readonly item: Element; readonly top: number } | null>(null);
  const before = useRef(count);
  // Only when more was said: what the reader asked to see stays until then.
  const isLong = count > before.current && count - first.value > 2 * WINDOW && atEnd.peek();
  before.current = count;
  const from = first.value >= count || isLong ? Math.max(0, count - WINDOW) : first.value;
  if (from !== first.peek()) first.value = from;
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!kept.current || !box) return;
    box.scrollTop += kept.current.item.getBoundingClientRect().top - kept.current.top;
    kept.current = null;
  }, [from]);
  const more = () => {
    const item = content.current?.querySelector(".nbc-item");
    if (item) kept.current = { item, top: item.getBoundingClientRect().top };
    first.value = Math.max(0, first.peek() - WINDOW);
  };
  return { from, more };
}

/** Above the first item that is drawn: more come when it is nearly in sight, or by hand. */
function Earlier({ count, scroller, onMore }: { count: number; scroller: Box; onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current) return;
    const sight = new IntersectionObserver(([entry]) => entry?.isIntersecting && onMore(), {
      root: scroller.current,
      rootMargin: "800px 0px 0px",
    });
    sight.observe(button.current);
    return () => sight.disconnect();
  }, [count]);
  return (
    <button ref={button} type="button" class="nbc-earlier" onClick={onMore}>
      Show earlier ({count})
    </button>
  );
}

/** The vnodes of the items from number `from` on. An item that is the same object gets the same vnode, which Preact then does not look into. */
function useDrawnItems(items: readonly Item[], from: number): Array<VNode | null> {
  const cache = useRef(new WeakMap<Item, { caption: string | null; vnode: VNode }>());
  let last: string | null = null;
  const drawn = items.map((item, index) => {
    const said = item.kind === "answer" ? (item.label ?? item.prompt) : null;
    const caption = said === last ? null : said; // a loop that asks the same again and again says it once
    if (said) last = said;
    if (index < from) return null;
    const known = cache.current.get(item);
    if (known?.caption === caption) return known.vnode;
    const vnode = <ItemView key={`${item.kind}:${item.id ?? index}`} item={item} caption={caption} />;
    cache.current.set(item, { caption, vnode });
    return vnode;
  });
  return drawn.slice(from);
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
