// What the chunk `show` draws. Conversations of nothing but text never load it.
import type { ComponentChildren } from "preact";
import type { Chunks } from "../chunks";
import { useChunk } from "../lazy";

export type Show = Chunks["show"];

interface ShownProps {
  readonly draw: (show: Show) => ComponentChildren;
  /** What is there until the chunk is, and for good when it does not come: it then says the same less well. */
  readonly instead: ComponentChildren;
  readonly class?: string | undefined;
}

export function Shown({ draw, instead, class: name }: ShownProps) {
  const { chunk, box } = useChunk("show");
  return (
    <div ref={box} class={name}>
      {chunk ? draw(chunk) : instead}
    </div>
  );
}
