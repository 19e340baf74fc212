// A picture that came with the conversation. One that would have to be fetched is a link: showing a text must not make the page
// ask anybody for anything.
import { useSignal } from "@preact/signals";
import { safeLink } from "../markdown/links";

const EMBEDDED = /^data:image\/(?:png|jpeg|jpg|gif|webp|avif|bmp|svg\+xml)[;,]/i;

interface PictureProps {
  readonly source: string;
  /** What it shows, for people who do not see it. */
  readonly alt: string;
  readonly class?: string;
}

export function Picture({ source, alt, class: name = "nbc-picture" }: PictureProps) {
  const isBroken = useSignal(false);
  if (EMBEDDED.test(source) && !isBroken.value) {
    return (
      <img
        class={name}
        src={source}
        alt={alt}
        onError={() => {
          isBroken.value = true;
        }}
      />
    );
  }
  const href = safeLink(source);
  if (!href)
    return <span class="nbc-muted">{alt ? `${alt} (picture cannot be shown)` : "Picture cannot be shown"}</span>;
  return (
    <a
      class="nbc-image-link"
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      title="Picture, not loaded by itself"
    >
      {alt && alt !== "Picture" ? alt : href.slice(0, 80)}
    </a>
  );
}

/** Half of a pair of code units: it cannot be written as UTF-8. */
const LONELY = /\p{Surrogate}/gu;

/** An SVG drawing as the address of a picture: in a picture no script runs and nothing is fetched. */
export function svgPicture(text: string): string {
  const drawing = /<svg[^>]*\sxmlns=/i.test(text)
    ? text
    : text.replace(/<svg\b/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing.replace(LONELY, "\uFFFD"))}`;
}
