// Every rule that graphql-eslint has for schemas; what is off is off for the reason beside it.
import graphql from "@graphql-eslint/eslint-plugin";

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "./schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-all"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
        },
      ],
      // Connections have `nodes` beside `edges`, and short lists that cannot grow are plain lists.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      // A feed is read forwards: seatEvents has `first` and `after` alone.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // Types with an identity implement Node; answers, refusals and values have none.
      "@graphql-eslint/strict-id-in-types": "off",
      // Fields stand in the order in which they are read, and a payload is always there.
      "@graphql-eslint/alphabetize": "off",
      "@graphql-eslint/require-nullable-result-in-root": "off",
      // The schema only grows: what is deprecated stays, and has no date of deletion.
      "@graphql-eslint/require-deprecation-date": "off",
      // There are mutations and subscriptions, and a mutation answers with what it changed.
      "@graphql-eslint/no-root-type": "off",
      "@graphql-eslint/require-field-of-type-query-in-mutation-result": "off",
    },
  },
];
