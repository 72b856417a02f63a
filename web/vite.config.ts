import { defineConfig } from "vite";

// The Go program embeds dist/, finds each entry's files in its manifest, and
// serves them under /assets/. File names carry a hash of what is in them, so
// that they can be kept for ever, and so that the same sources give the same
// files.
export default defineConfig({
  base: "/assets/",
  publicDir: false,
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    outDir: "dist",
    assetsDir: ".",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // data: URLs are not in the pages' policy for styles
    target: "es2022",
    reportCompressedSize: false,
    rollupOptions: { input: ["src/base.css", "src/launch.ts", "src/receipt.ts", "src/admin.ts"] },
  },
});
