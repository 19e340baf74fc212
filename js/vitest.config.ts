// Tests run in a real browser: the one at $CHROMIUM, or the system's.
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

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
  server: { fs: { allow: [".."] } },
  optimizeDeps: {
    include: [
      "axe-core",
      "marked",
      "preact",
      "preact/hooks",
      "preact/jsx-runtime",
      "preact/jsx-dev-runtime",
      "@preact/signals",
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
      provider: playwright({ launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args } }),
    },
  },
});
