// Documents for content that may run: each lives in a frame in a frame, both without an origin, and neither can reach the page,
// its storage or the network. What comes out of one are messages, and whoever reads them must take them for an attacker's.
//
// Two frames, because a policy cannot keep a document from going somewhere else. The outer one, ours, has a policy for what its
// frame may be, and that holds for wherever the inner one wants to go.
import type { Look } from "./look";

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  "form-action 'none'; base-uri 'none'";
const HEAD = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off">`;

/** What the keys below do in the page, they also do while the focus is in the frame. */
export const KEYS = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "PageUp",
  "PageDown",
  "Home",
  "End",
  "Escape",
  "f",
  " ",
];

/**
 * Tells the page how tall the document is, what went wrong in it and what it was refused, and which of `KEYS` was pressed and not
 * used. Links are told, too: the page offers them to the person.
 */
const INNER = `(() => {
  const tell = (message) => parent.postMessage(message, "*");
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) delete window[name];
  const measure = () => tell({ height: Math.ceil(Math.max(document.documentElement.getBoundingClientRect().height, document.body?.scrollHeight ?? 0)) });
  new ResizeObserver(measure).observe(document.documentElement);
  addEventListener("load", measure);
  addEventListener("error", (event) => { if (event.message) tell({ error: event.message }); }, true);
  addEventListener("unhandledrejection", (event) => tell({ error: String(event.reason?.message ?? event.reason) }));
  addEventListener("securitypolicyviolation", (event) => tell({ refused: event.blockedURI }));
  addEventListener("click", (event) => {
    const href = event.target.closest?.("a[href]")?.getAttribute("href");
    if (!href || href.startsWith("#")) return;
    event.preventDefault();
    tell({ link: href });
  }, true);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, button, [contenteditable]");
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!event.defaultPrevented && !typing && !modified && ${JSON.stringify(KEYS)}.includes(event.key)) tell({ key: event.key });
  });
})();`;

/** Hands on what the inner frame says, and nobody else. */
const OUTER = `(() => {
  const inner = document.querySelector("iframe").contentWindow;
  addEventListener("message", (event) => { if (event.source === inner) parent.postMessage(event.data, "*"); });
})();`;

/** A whole document to be framed with `sandbox="allow-scripts"`, with `content` (HTML, from anybody) inside. */
export function sandboxed(content: string, look: Look): string {
  const inner = `<!doctype html>${HEAD}<style>${styleOf(look)}</style><script>${INNER}</script>${content}`;
  const fill = "margin:0;border:0;width:100%;height:100%;display:block;background:transparent";
  return (
    `<!doctype html>${HEAD}<style>:root{color-scheme:${look.scheme}}html,body,iframe{${fill}}html,body{overflow:hidden}</style>` +
    `<body><iframe sandbox="allow-scripts" title="${escaped(look.title)}" srcdoc="${escaped(inner)}"></iframe><script>${OUTER}</script>`
  );
}

/** A script that runs `source` in the document, whatever characters are in it. */
export function scriptOf(source: string): string {
  const text = JSON.stringify(source).replaceAll("<", "\\u003c");
  return `<script>{const script=document.createElement("script");script.textContent=${text};document.body.append(script)}</script>`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

function styleOf({ scheme, color, ground, padding }: Look): string {
  return (
    `:root{color-scheme:${scheme}}body{margin:0;padding:${padding};color:${color};background:${ground};` +
    "font:14px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:break-word}" +
    "table{border-collapse:collapse;font-size:13px}th,td{padding:4px 10px;text-align:right;border-bottom:1px solid rgb(128 128 128/.3)}" +
    "thead th{border-bottom-width:2px}img,svg,video{max-width:100%}"
  );
}
