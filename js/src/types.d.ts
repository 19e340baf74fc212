// A style sheet as a string; `build.mjs` and Vite both know the spelling.
declare module "*.css?inline" {
  const text: string;
  export default text;
}

/** A module and what it imports, as the text of one script: see bundled.mjs. */
declare module "*?script" {
  const text: string;
  export default text;
}
