// Builds the modules the Python package serves, with the licences of what is in them, and refuses to write one that is over
// its size budget: the loader and the core, and the chunks (src/chunks) that the core asks for when it needs them.
//
//   node build.mjs           once, minified
//   node build.mjs --watch   again after every change
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { context, transform } from "esbuild";
import { bundledScript } from "./bundled.mjs";

const OUT = new URL("../nbconvo/widgets/static/", import.meta.url).pathname;
const BUDGET = { "loader.js": 2 * 1024, "core.js": 150 * 1024 };
const CHUNK_BUDGET = 450 * 1024;

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

/** What src/shared.ts hands to the chunks. */
const SHARED = ["canvas/context", "host", "lazy", "markdown/code", "markdown/markdown", "styles"];
const shared = {
  name: "shared",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const name = new URL(path, `file://${resolveDir}/`).pathname.split("/js/src/")[1];
      return SHARED.includes(name) ? { path: `nbconvo/${name}`, external: true } : undefined;
    });
  },
};

/** The licence of every package that is in the bundle; each of them asks to be handed on with it. */
async function licenses(inputs) {
  const found = inputs.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  const names = [...new Set(found.filter(Boolean))].sort();
  const read = (name) => readFile(new URL(`node_modules/${name}/LICENSE`, import.meta.url), "utf8");
  const texts = await Promise.all(names.map(async (name) => `${name}\n\n${(await read(name)).trim()}\n`));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** The files that every builder has read, so that the licences are those of all of them. */
const inputs = new Map();

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
        const budget = BUDGET[name] ?? CHUNK_BUDGET;
        const size = `${name}: ${(contents.length / 1024).toFixed(1)} kB of ${budget / 1024} kB`;
        if (contents.length > budget) tooLarge.push({ text: `over the size budget: ${size}` });
        else await writeFile(path, contents);
        console.log(size);
      }
      inputs.set(build.initialOptions.format, Object.keys(metafile.inputs));
      await writeFile(`${OUT}licenses.txt`, await licenses([...inputs.values()].flat()));
      return { errors: tooLarge };
    });
  },
};

const common = {
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: OUT,
  bundle: true,
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  write: false,
  metafile: true,
  plugins: [inlineCss, bundledScript, writeWithinBudget],
};
const chunks = (await readdir(new URL("src/chunks/", import.meta.url))).map((name) => `src/chunks/${name}`);
const builders = [
  await context({ ...common, entryPoints: ["src/loader.ts", "src/core.tsx"], format: "esm" }),
  // Functions of `require`: see src/chunks.ts and src/shared.ts, which has what is left out here.
  await context({
    ...common,
    entryPoints: chunks,
    format: "cjs",
    external: ["preact", "preact/hooks", "preact/jsx-runtime", "@preact/signals"],
    plugins: [shared, ...common.plugins],
    banner: { js: "export default (require) => { const module = { exports: {} };" },
    footer: { js: "return module.exports; };" },
  }),
];

if (process.argv.includes("--watch")) {
  for (const builder of builders) await builder.watch();
} else {
  for (const builder of builders) {
    const failed = await builder.rebuild().then(
      ({ errors }) => errors.length > 0,
      () => true,
    );
    await builder.dispose();
    if (failed) process.exitCode = 1;
  }
}
