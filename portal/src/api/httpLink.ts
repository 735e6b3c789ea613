import { ApolloLink, HttpLink } from "@apollo/client";

import { preferredLanguage } from "../texts/language";
import { persistedQuery } from "./persistedQuery";

/** The link for queries and mutations: posts persisted queries with the session cookie. */
export function httpLink(): ApolloLink {
  const persistedQueryLink = new ApolloLink((operation, forward) => {
    operation.extensions = persistedQuery(operation);
    operation.setContext({
      http: { includeQuery: false, includeExtensions: true },
      // The language chosen in the portal, which need not be the browser's.
      headers: { "accept-language": preferredLanguage() },
    });
    return forward(operation);
  });
  return persistedQueryLink.concat(new HttpLink({ uri: "/graphql", credentials: "same-origin" }));
}
