// Slides, one at a time, with the keys of a presenter.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { isPlainKey } from "../keyboard";
import { Markdown } from "../markdown/markdown";
import { Tool } from "../tool";
import { Frame } from "./frame";
import { paper } from "./look";
import { slidesOf } from "./slides";

interface DeckProps {
  readonly content: string;
  readonly title: string;
  /** `f` was pressed, or Escape. */
  readonly onWide: (wide?: boolean) => void;
}

const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowDown: 1,
  PageDown: 1,
  " ": 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  PageUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export function Deck({ content, title, onWide }: DeckProps) {
  const { kind, slides } = useMemo(() => slidesOf(content), [content]);
  const at = useSignal(0);
  const last = slides.length - 1;
  const index = Math.min(at.value, last);
  const slide = slides[index] ?? "";
  const go = (step: number) => {
    at.value = Math.max(0, Math.min(last, index + step));
  };
  /** Whether the key means something here. */
  const press = (key: string): boolean => {
    if (key === "f") onWide();
    else if (key === "Escape") onWide(false);
    else if (key in STEPS) go(STEPS[key] as number);
    else return false;
    return key !== "Escape";
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isButton = event.target instanceof HTMLButtonElement && event.key === " ";
    if (!isPlainKey(event) || isButton || !press(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="nbc-deck"
      role="group"
      aria-roledescription="slides"
      aria-label={title}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div class="nbc-slide" aria-live="polite">
        {kind === "markdown" ? <Markdown text={slide} /> : <Frame html={slide} look={paper(title)} onKey={press} />}
      </div>
      <div class="nbc-deck-bar">
        <Tool name="Previous slide" enabled={index > 0} onPress={() => go(-1)}>
          ‹
        </Tool>
        <span>
          {index + 1} / {slides.length}
        </span>
        <Tool name="Next slide" enabled={index < last} onPress={() => go(1)}>
          ›
        </Tool>
      </div>
    </div>
  );
}
