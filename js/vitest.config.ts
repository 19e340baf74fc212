// Tests run in a real browser: the one at $CHROMIUM, or the system's.
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { bundledScriptForVite } from "./bundled.mjs";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [bundledScriptForVite],
  server: { fs: { allow: [".."] } },
  optimizeDeps: {
    include: [
      "axe-core",
      "diff",
      "highlight.js/lib/core",
      "marked",
      "preact",
      "preact/hooks",
      "preact/jsx-runtime",
      "preact/jsx-dev-runtime",
      "@preact/signals",
      "sucrase",
      "temml",
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      viewport: { width: 900, height: 800 },
      instances: [{ browser: "chromium" }],
      provider: playwright({
        contextOptions: { timezoneId: "Europe/Berlin" },
        launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args },
      }),
    },
  },
});
