// A formula in TeX to MathML vnodes. Temml's output is parsed in a document that runs and fetches nothing, and only what is
// listed here is taken over: no links, no addresses, no handlers, and of styles only those that stay inside the formula.
import { type ComponentChildren, h } from "preact";
import temml from "temml";

const ELEMENTS = new Set(
  "math semantics mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd menclose none".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(
  "display mathvariant stretchy fence separator form lspace rspace symmetric minsize maxsize largeop movablelimits accent accentunder linethickness width height depth voffset displaystyle scriptlevel columnalign rowspacing columnspacing rowlines columnlines columnspan rowspan notation dir".split(
    " ",
  ),
);
const STYLES = new Set(
  "color background-color border border-top border-bottom border-left border-right padding padding-left padding-right padding-top padding-bottom text-align font-weight font-style font-size font-family math-style math-depth math-shift text-transform width height".split(
    " ",
  ),
);
const CLASSES = /^(?:tml-|temml-|ff-)[\w-]+$/;
/** What a formula may be made of, before it costs more than it shows. */
const MACROS = { maxExpand: 500, maxSize: [20, 100] as [number, number] };

/** Null when it cannot be understood: then the source is shown. */
export function mathml(source: string, isBlock: boolean): ComponentChildren {
  try {
    const text = temml.renderToString(source, { displayMode: isBlock, trust: false, throwOnError: true, ...MACROS });
    const root = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
    return root ? drawn(root, isBlock, source) : null;
  } catch {
    return null;
  }
}

function drawn(root: Element, isBlock: boolean, source: string): ComponentChildren {
  return h("math", { ...allowed(root), display: isBlock ? "block" : "inline", "aria-label": source }, children(root));
}

function children(element: Element): ComponentChildren {
  return [...element.childNodes].map((child) => {
    if (child.nodeType === Node.TEXT_NODE) return child.textContent;
    if (!(child instanceof Element) || !ELEMENTS.has(child.localName)) return null; // an annotation: the source again
    return h(child.localName, allowed(child), children(child));
  });
}

function allowed(element: Element): Record<string, unknown> {
  const kept = [...element.attributes]
    .filter(({ name }) => ATTRIBUTES.has(name))
    .map(({ name, value }) => [name, value]);
  const style = (element as HTMLElement).style as CSSStyleDeclaration | undefined;
  const rules = style ? [...style].filter((name) => STYLES.has(name)) : [];
  if (style && rules.length > 0)
    kept.push(["style", rules.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";")]);
  const classes = [...element.classList].filter((name) => CLASSES.test(name));
  if (classes.length > 0) kept.push(["class", classes.join(" ")]);
  return Object.fromEntries(kept);
}
