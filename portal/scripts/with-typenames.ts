import type { Types } from "@graphql-codegen/plugin-helpers";
import { type FieldNode, Kind, visit } from "graphql";

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

/**
 * Asks for __typename where Apollo Client would: everywhere but at the root, where a subscription may have one field
 * alone. Written into the documents when they are built, what is hashed is what is meant.
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
