import type { ApolloLink } from "@apollo/client";

/**
 * Names a document by its SHA-256, which the code generator put on it: the server runs the portal's own documents even
 * where it runs trusted ones alone, and their text is never sent.
 */
export function named(operation: ApolloLink.Operation) {
  const { hash } = (operation.query as { __meta__?: { hash?: string } }).__meta__ ?? {};
  if (!hash) throw new Error(`${operation.operationName ?? "A document"} does not come from a .graphql file.`);
  return { persistedQuery: { version: 1, sha256Hash: hash.replace("sha256:", "") } };
}
