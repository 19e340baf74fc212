// A style sheet as a string; `build.mjs` and Vite both know the spelling.
declare module "*.css?inline" {
  const text: string;
  export default text;
}
