// What a link or an image in untrusted text may point to. Everything else is shown as text.
import { decodeEntities } from "./entities";

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const EMBEDDED = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z\d+/=\s]+$/i;

/** The address to link to, or null. Relative ones are refused: they would point into the Jupyter server. */
export function safeLink(href: string): string | null {
  try {
    const url = new URL(decodeEntities(href));
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The source of an image that needs no network, or null: a text must not make the page fetch anything by being shown. */
export function embeddedImage(href: string): string | null {
  return EMBEDDED.test(href) ? href : null;
}
