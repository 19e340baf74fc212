// Markdown to vnodes. No HTML is ever parsed or set: raw HTML in the text is shown as the text it is, and what a link or an
// image may point to is decided in `links.ts`. A streamed text redraws only the blocks that changed.
import { Marked, type MarkedToken, type Token, type Tokens } from "marked";
import type { ComponentChildren, VNode } from "preact";
import { useRef } from "preact/hooks";
import { Shown } from "../items/shown";
import { Code } from "./code";
import { Inline, MAX_DEPTH } from "./inline";
import { Formula, mathExtensions, startCounting } from "./math";

const marked = new Marked({ gfm: true, extensions: mathExtensions });

/** A text longer than this is shown without formatting: nobody reads it, and a page must stay responsive. */
const MAX_LENGTH = 200_000;

interface Drawn {
  readonly raw: string;
  readonly vnode: VNode;
}

export function Markdown({ text }: { text: string }) {
  const drawn = useRef<{ links: string; blocks: readonly Drawn[] }>({ links: "", blocks: [] });
  const tokens = lex(text);
  if (!tokens) return <div class="nbc-plain">{text}</div>;
  const links = JSON.stringify(tokens.links);
  const before = drawn.current.links === links ? drawn.current.blocks : [];
  const blocks = tokens.map((token, index): Drawn => {
    const known = before[index];
    // The same vnode again is how Preact knows that there is nothing to compare.
    return known?.raw === token.raw ? known : { raw: token.raw, vnode: <Block key={index} token={token} depth={0} /> };
  });
  drawn.current = { links, blocks };
  return <div class="nbc-md">{blocks.map(({ vnode }) => vnode)}</div>;
}

/** One line of Markdown: a prompt or a label. */
export function InlineMarkdown({ text }: { text: string }) {
  const tokens = lex(text);
  const only = tokens?.[0];
  if (tokens?.length !== 1 || only?.type !== "paragraph") return <Markdown text={text} />;
  return <Inline tokens={only.tokens} />;
}

function lex(text: string) {
  if (text.length > MAX_LENGTH) return null;
  startCounting();
  try {
    return marked.lexer(text);
  } catch {
    return null; // nested beyond what the parser can take
  }
}

function Blocks({ tokens, depth }: { tokens: readonly Token[]; depth: number }) {
  return (
    <>
      {tokens.map((token, index) => (
        <Block key={index} token={token} depth={depth} />
      ))}
    </>
  );
}

function Block({ token, depth }: { token: Token; depth: number }): ComponentChildren {
  if (depth > MAX_DEPTH) return <p>{token.raw}</p>;
  const block = token as MarkedToken;
  switch (block.type) {
    case "paragraph":
      return (
        <p>
          <Inline tokens={block.tokens} />
        </p>
      );
    case "heading":
      return <Heading token={block} />;
    case "code":
      return <Fence token={block} />;
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={block.tokens} depth={depth + 1} />
        </blockquote>
      );
    case "list":
      return <List token={block} depth={depth} />;
    case "table":
      return <Table token={block} />;
    case "hr":
      return <hr />;
    case "space":
    case "def":
      return null;
    case "html":
      return <p class="nbc-raw">{block.text.trim()}</p>;
    default:
      return <Inline tokens={[block]} />;
  }
}

/** Headings start at the third level: above them stand the page's and the notebook's own. */
function Heading({ token }: { token: Tokens.Heading }) {
  const Tag = `h${Math.min(token.depth + 2, 6)}` as "h3";
  return (
    <Tag class={`nbc-h${token.depth}`}>
      <Inline tokens={token.tokens} />
    </Tag>
  );
}

function Fence({ token }: { token: Tokens.Code }) {
  const language = token.lang?.match(/^[\w+#.-]+/)?.[0];
  if (language === "math") return <Formula source={token.text} isBlock />;
  if (language === "mermaid") {
    const code = <Code text={token.text} language="mermaid" label="mermaid code" />;
    return <Shown draw={(show) => <show.Diagram source={token.text} />} instead={code} />;
  }
  return <Code text={token.text} language={language} label={language ? `${language} code` : "Code"} />;
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = token.items.map((item, index) => (
    <li key={index} class={item.task ? "nbc-task-item" : undefined}>
      <Blocks tokens={item.tokens} depth={depth + 1} />
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={Number(token.start)}>{items}</ol>;
}

function Table({ token }: { token: Tokens.Table }) {
  const align = (cell: Tokens.TableCell) => (cell.align ? { textAlign: cell.align } : {});
  return (
    <div class="nbc-table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            {token.header.map((cell) => (
              <th style={align(cell)}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td style={align(cell)}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
