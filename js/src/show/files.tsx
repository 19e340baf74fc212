// What a tool did to files, each change as a difference of lines.
import type { FileBlock, FileOperation } from "../protocol";
import { Difference } from "./difference";

const WORDS: Record<FileOperation["type"], string> = {
  create: "Created",
  read: "Read",
  replace: "Changed",
  delete: "Deleted",
};

export function FilesView({ operations }: { operations: readonly FileOperation[] }) {
  return (
    <ul class="nbc-files">
      {operations.map((operation, index) => (
        <li key={index}>
          <span class="nbc-file-head">
            <span class={`nbc-file-word nbc-file-${operation.type}`}>{WORDS[operation.type] ?? operation.type}</span>
            <code title={operation.uri}>{nameOf(operation.uri)}</code>
            {operation.type === "read" && <span class="nbc-muted">{linesOf(operation)}</span>}
          </span>
          <Changes operation={operation} />
        </li>
      ))}
    </ul>
  );
}

function Changes({ operation }: { operation: FileOperation }) {
  const name = nameOf(operation.uri);
  if (operation.type === "create" && operation.content) {
    return <Difference before="" after={operation.content} label={`New file ${name}`} />;
  }
  if (operation.type !== "replace") return null;
  const blocks: readonly FileBlock[] = operation.blocks ?? [];
  return blocks.map((block, index) => (
    <Difference key={index} before={block.search} after={block.replace} label={`Change ${index + 1} of ${name}`} />
  ));
}

const nameOf = (uri: string): string => uri.replace(/^file:\/\//, "");

function linesOf({ offset = 0, linesRead }: FileOperation): string {
  if (linesRead === undefined) return "";
  return linesRead === 1 ? `line ${offset + 1}` : `lines ${offset + 1}–${offset + linesRead}`;
}
