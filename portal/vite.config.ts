import { defineConfig } from "vite";

export default defineConfig({
  // Usher serves index.html at the portal's own addresses and everything else below this prefix.
  base: "/portal/",
  build: {
    // The pages are shipped inside a Python package, with the licenses of the code in them.
    license: { fileName: "assets/licenses.md" },
    modulePreload: { polyfill: false },
    // An icon as a data: address would need a wider policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      onLog(level, log, report) {
        // React libraries' "use client" marks mean nothing in a page without server rendering.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
  // `npx vite` beside a running demo: the same cookie, the same origin.
  server: {
    proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true }, "/portal.json": "http://127.0.0.1:8000" },
  },
});
