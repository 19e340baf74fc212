// Markdown text may hold character references (`&lt;`, `&#x27;`). Each is decoded alone, in an inert document that never runs
// or fetches anything, and comes back as text.
const known = new Map<string, string>();

function decodeOne(reference: string): string {
  let text = known.get(reference);
  if (text === undefined) {
    text = new DOMParser().parseFromString(reference, "text/html").documentElement.textContent ?? reference;
    known.set(reference, text);
  }
  return text;
}

export function decodeEntities(text: string): string {
  return text.includes("&") ? text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi, decodeOne) : text;
}
