import type { CodegenConfig } from "@graphql-codegen/cli";

import { withTypenames } from "./scripts/with-typenames.ts";

const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: "src/**/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      documentTransforms: [withTypenames],
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { hashAlgorithm: "sha256" },
      },
      config: {
        strictScalars: true,
        scalars: { DateTime: "string", Decimal: "string", ID: "string" },
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
    "src/gql/possible-types.ts": {
      plugins: ["fragment-matcher"],
      config: { useExplicitTyping: false },
    },
  },
};

export default config;
