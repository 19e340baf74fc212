// What the workflow says.
import { Markdown } from "../markdown/markdown";
import type { Chunk, MessageItem } from "../protocol";
import type { ItemProps } from "./item";
import { FoldedJson } from "./json";

export function MessageView({ item }: ItemProps<MessageItem>) {
  const classes = ["nbc-message", item.streaming && "nbc-streaming", item.is_error && "nbc-is-error"];
  return (
    <div class={classes.filter(Boolean).join(" ")}>
      {item.is_error && <span class="nbc-error-mark">Error</span>}
      {item.chunks.map((chunk, index) => (
        <ChunkView key={index} chunk={chunk} />
      ))}
    </div>
  );
}

function ChunkView({ chunk }: { chunk: Chunk }) {
  if (chunk.type === "text") return <Markdown text={chunk.text ?? ""} />;
  return <FoldedJson summary={chunk.type} value={chunk.resource ?? chunk} />;
}
