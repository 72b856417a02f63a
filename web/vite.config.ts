import { defineConfig } from "vite";
import { textsPlugin } from "./texts.mjs";

// The Go program embeds dist/, finds each entry's files in its manifest, and
// serves them under /assets/. File names contain a hash of the content, so that
// browsers can cache them without limit, and so that the same sources give the same
// files.
export default defineConfig({
  base: "/assets/",
  publicDir: false,
  plugins: [textsPlugin()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    outDir: "dist",
    assetsDir: ".",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the pages' Content-Security-Policy allows no data: URLs in styles
    target: "es2022",
    reportCompressedSize: false,
    rollupOptions: { input: ["src/base.css", "src/launch.ts", "src/home.ts", "src/receipt.ts", "src/crowd.ts", "src/admin.ts", "src/sharepage.ts", "src/embed.ts"] },
  },
});
