import type { ApolloLink } from "@apollo/client";

/**
 * The extension that identifies a document by the SHA-256 that the code generator put on it. Its text is never sent,
 * and the server runs the portal's own documents even if it runs trusted ones alone.
 */
export function persistedQuery(operation: ApolloLink.Operation) {
  const { hash } = (operation.query as { __meta__?: { hash?: string } }).__meta__ ?? {};
  if (!hash) throw new Error(`${operation.operationName ?? "A document"} does not come from a .graphql file.`);
  return { persistedQuery: { version: 1, sha256Hash: hash.replace("sha256:", "") } };
}
