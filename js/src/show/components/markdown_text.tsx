// Markdown, as in a message.
import { Markdown } from "../../markdown/markdown";
import type { ComponentProps } from "./component";
import { textOf } from "./props";

export function MarkdownText({ props }: ComponentProps) {
  return <Markdown text={textOf(props.content) ?? ""} />;
}
