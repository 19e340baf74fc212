// What the workflow says.
import { Markdown } from "../markdown/markdown";
import type { Chunk, MessageItem } from "../protocol";
import type { ItemProps } from "./item";
import { FoldedJson } from "./json";
import { Shown } from "./shown";

export function MessageView({ item }: ItemProps<MessageItem>) {
  const classes = ["nbc-message", item.streaming && "nbc-streaming", item.is_error && "nbc-is-error"];
  return (
    <div class={classes.filter(Boolean).join(" ")}>
      {item.is_error && <span class="nbc-error-mark">Error</span>}
      {item.chunks.map((chunk, index) =>
        chunk.type === "text" ? (
          <Markdown key={index} text={chunk.text ?? ""} />
        ) : (
          <Shown
            key={index}
            class={isInline(chunk) ? "nbc-inline" : undefined}
            draw={(show) => <show.ChunkView chunk={chunk} item={item.id} index={index} streaming={item.streaming} />}
            instead={<FoldedJson summary={chunk.type} value={chunk.resource ?? chunk} />}
          />
        ),
      )}
      {item.structured && (
        <Shown
          draw={(show) => <show.Tree name="Structured content" value={item.structured} />}
          instead={<FoldedJson summary="Structured content" value={item.structured} />}
        />
      )}
    </div>
  );
}

const isInline = ({ resource }: Chunk): boolean =>
  typeof resource === "object" && resource !== null && "display" in resource && resource.display === "inline";
