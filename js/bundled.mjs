// `import text from "./x.ts?script"`: the module and all it imports as the text of one classic script. It is for documents of
// their own, which share nothing with the page. In two spellings, for esbuild (the build) and for Vite (the tests).
import { build } from "esbuild";

const SPELLING = /\?script$/;

async function bundle(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    absWorkingDir: new URL(".", import.meta.url).pathname,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
  });
  return outputFiles[0].text;
}

export const bundledScript = {
  name: "bundled-script",
  setup(builder) {
    builder.onResolve({ filter: SPELLING }, ({ path, resolveDir }) => ({
      path: new URL(path.replace(SPELLING, ""), `file://${resolveDir}/`).pathname,
      namespace: "bundled-script",
    }));
    builder.onLoad({ filter: /.*/, namespace: "bundled-script" }, async ({ path }) => ({
      contents: await bundle(path),
      loader: "text",
      watchFiles: [path],
    }));
  },
};

export const bundledScriptForVite = {
  name: "bundled-script",
  enforce: "pre",
  async load(id) {
    if (!SPELLING.test(id)) return undefined;
    return `export default ${JSON.stringify(await bundle(id.replace(SPELLING, "")))}`;
  },
};
