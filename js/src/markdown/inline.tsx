// The inside of a paragraph: tokens to vnodes. Text only ever becomes a text node.
import type { MarkedToken, Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { decodeEntities } from "./entities";
import { embeddedImage, safeLink } from "./links";
import { Formula, type MathToken } from "./math";

/** Deeper than this a text is drawn as it was written. */
export const MAX_DEPTH = 24;

export function Inline({ tokens, depth = 0 }: { tokens: readonly Token[] | undefined; depth?: number }) {
  return <>{tokens?.map((token) => drawInline(token as MarkedToken, depth))}</>;
}

function drawInline(token: MarkedToken, depth: number): ComponentChildren {
  if (depth > MAX_DEPTH) return token.raw;
  const inner = () => <Inline tokens={(token as Tokens.Generic).tokens} depth={depth + 1} />;
  switch (token.type) {
    case "strong":
      return <strong>{inner()}</strong>;
    case "em":
      return <em>{inner()}</em>;
    case "del":
      return <del>{inner()}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token} depth={depth} />;
    case "image":
      return <Image token={token} />;
    case "checkbox":
      return <Checkbox checked={token.checked} />;
    case "html":
      return /^<br\s*\/?>$/i.test(token.text) ? <br /> : token.text;
    case "text":
      return token.tokens ? inner() : decodeEntities(token.text);
    case "escape":
      return token.text;
    default:
      return drawMath(token);
  }
}

function drawMath(token: MarkedToken | MathToken): ComponentChildren {
  return token.type === "math" ? <Formula source={token.text} isBlock={token.isBlock} /> : token.raw;
}

function Link({ token, depth }: { token: Tokens.Link; depth: number }) {
  const label = token.autolink ? token.text : <Inline tokens={token.tokens} depth={depth + 1} />;
  const href = safeLink(token.href);
  if (!href)
    return token.autolink ? (
      label
    ) : (
      <>
        {label} ({token.href})
      </>
    );
  // An image or a link inside a link would be an anchor in an anchor.
  const content = token.tokens.some(({ type }) => type === "image") ? token.text || href : label;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      title={token.title ? decodeEntities(token.title) : undefined}
    >
      {content}
    </a>
  );
}

function Image({ token }: { token: Tokens.Image }) {
  const source = embeddedImage(token.href);
  if (source) return <img src={source} alt={decodeEntities(token.text)} />;
  const href = safeLink(token.href);
  const label = decodeEntities(token.text) || token.href.slice(0, 80);
  if (!href) return label;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" class="nbc-image-link" title="Image, not loaded by itself">
      {label}
    </a>
  );
}

function Checkbox({ checked }: { checked: boolean }) {
  return (
    <span class="nbc-check" role="img" aria-label={checked ? "done" : "not done"}>
      {checked ? "☑" : "☐"}
    </span>
  );
}
