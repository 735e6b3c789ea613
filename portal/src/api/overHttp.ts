import { ApolloLink, HttpLink } from "@apollo/client";

import { firstLanguage } from "../texts/language";
import { named } from "./named";

/** Queries and mutations: posted with the session cookie. */
export function overHttp(): ApolloLink {
  const byName = new ApolloLink((operation, forward) => {
    operation.extensions = named(operation);
    operation.setContext({
      http: { includeQuery: false, includeExtensions: true },
      // The language chosen here, which need not be the browser's.
      headers: { "accept-language": firstLanguage() },
    });
    return forward(operation);
  });
  return byName.concat(new HttpLink({ uri: "/graphql", credentials: "same-origin" }));
}
