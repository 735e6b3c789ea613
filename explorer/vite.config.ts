import { defineConfig } from "vite";

export default defineConfig({
  // Usher serves index.html at /graphiql and everything else below this prefix.
  base: "/graphiql/",
  build: {
    // The pages are shipped inside a Python package, with the licenses of the code in them.
    license: { fileName: "assets/licenses.md" },
    modulePreload: { polyfill: false },
    // Monaco is one big chunk, loaded lazily on purpose.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      onLog(level, log, report) {
        // Hundreds of React libraries' "use client" marks mean nothing in a page without server rendering.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
});
