// Builds the two modules the Python package serves, with the licences of what is in them, and refuses to write one that is
// over its size budget.
//
//   node build.mjs           once, minified
//   node build.mjs --watch   again after every change
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { context, transform } from "esbuild";

const OUT = new URL("../nbconvo/widgets/static/", import.meta.url).pathname;
const BUDGET = { "loader.js": 2 * 1024, "core.js": 150 * 1024 };

/** `import text from "./x.css?inline"`: the minified style sheet as a string (the same spelling Vite knows in the tests). */
const inlineCss = {
  name: "inline-css",
  setup(build) {
    build.onResolve({ filter: /\.css\?inline$/ }, (args) => ({
      path: new URL(args.path.replace("?inline", ""), `file://${args.resolveDir}/`).pathname,
      namespace: "inline-css",
    }));
    build.onLoad({ filter: /.*/, namespace: "inline-css" }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code, loader: "text", watchFiles: [path] };
    });
  },
};

/** The licence of every package that is in the bundle; each of them asks to be handed on with it. */
async function licenses({ inputs }) {
  const found = Object.keys(inputs).map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  const names = [...new Set(found.filter(Boolean))].sort();
  const read = (name) => readFile(new URL(`node_modules/${name}/LICENSE`, import.meta.url), "utf8");
  const texts = await Promise.all(names.map(async (name) => `${name}\n\n${(await read(name)).trim()}\n`));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** Says how large each file became; one over its budget is an error and is not written. */
const writeWithinBudget = {
  name: "size-budget",
  setup(build) {
    build.onEnd(async ({ outputFiles = [], errors, metafile }) => {
      if (errors.length > 0) return {};
      await mkdir(OUT, { recursive: true });
      const tooLarge = [];
      for (const { path, contents } of outputFiles) {
        const name = path.split("/").at(-1);
        const size = `${name}: ${(contents.length / 1024).toFixed(1)} kB of ${BUDGET[name] / 1024} kB`;
        if (contents.length > BUDGET[name]) tooLarge.push({ text: `over the size budget: ${size}` });
        else await writeFile(path, contents);
        console.log(size);
      }
      await writeFile(`${OUT}licenses.txt`, await licenses(metafile));
      return { errors: tooLarge };
    });
  },
};

const builder = await context({
  entryPoints: ["src/loader.ts", "src/core.tsx"],
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: OUT,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  write: false,
  metafile: true,
  plugins: [inlineCss, writeWithinBudget],
});

if (process.argv.includes("--watch")) {
  await builder.watch();
} else {
  const failed = await builder.rebuild().then(
    ({ errors }) => errors.length > 0,
    () => true,
  );
  await builder.dispose();
  process.exitCode = failed ? 1 : 0;
}
