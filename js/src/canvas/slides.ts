// The slides of a canvas. Markdown is parted by lines of three dashes; HTML by its outermost `<section>` elements.

export type Slides = { readonly kind: "markdown" | "html"; readonly slides: readonly string[] };

const RULE = /\n[ \t]*---+[ \t]*(?:\n|$)/;

export function slidesOf(content: string): Slides {
  if (/^\s*</.test(content)) return { kind: "html", slides: sections(content) };
  const text = content.replaceAll("\r\n", "\n").replace(/^\s*---\n[\s\S]*?\n---\n/, ""); // front matter, as of other tools
  const slides = `\n${text}`.split(RULE).map((slide) => slide.trim());
  return { kind: "markdown", slides: slides.filter((slide) => slide !== "") };
}

/** Each with the styles of the whole. It is parsed in a document that runs and fetches nothing, and drawn in the sandbox only. */
function sections(html: string): string[] {
  const page = new DOMParser().parseFromString(html, "text/html");
  const found = [...page.querySelectorAll("section")].filter((section) => !section.parentElement?.closest("section"));
  if (found.length === 0) return [html];
  const styles = [...page.querySelectorAll("style")].map((style) => style.outerHTML).join("");
  for (const style of page.querySelectorAll("section style")) style.remove();
  return found.map((section) => styles + section.outerHTML);
}
