import type { Types } from "@graphql-codegen/plugin-helpers";
import { type FieldNode, Kind, visit } from "graphql";

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

/**
 * Adds __typename where Apollo Client would: in every selection set but the root, where a subscription may have one
 * field alone. Added at build time, it is part of the document that is hashed.
 */
export const withTypenames: Types.DocumentTransformObject = {
  transform: ({ documents }) =>
    documents.map((file) => ({
      ...file,
      document:
        file.document &&
        visit(file.document, {
          SelectionSet: {
            leave(node, _key, parent) {
              const atRoot = parent && "kind" in parent && parent.kind === Kind.OPERATION_DEFINITION;
              return atRoot ? undefined : { ...node, selections: [...node.selections, TYPENAME] };
            },
          },
        }),
    })),
};
