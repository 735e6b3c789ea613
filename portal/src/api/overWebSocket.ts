import { ApolloLink, CombinedGraphQLErrors } from "@apollo/client";
import type { ExecutionResult, GraphQLFormattedError } from "graphql";
import { type Client, createClient } from "graphql-ws";
import { Observable } from "rxjs";

import { firstLanguage } from "../texts/language";
import { named } from "./named";

const connected = new EventTarget();

/** Called each time the socket has been opened: from then on nothing is missed. */
export function onConnected(listener: () => void): () => void {
  connected.addEventListener("connected", listener);
  return () => connected.removeEventListener("connected", listener);
}

/**
 * Subscriptions, by graphql-ws. A lost connection ends the subscription: whoever began it knows from where to go on,
 * and this does not.
 */
export function overWebSocket(): ApolloLink {
  const url = new URL("/graphql", window.location.href);
  url.protocol = url.protocol.replace("http", "ws");
  // A connection speaks one language. Its own ends with its last subscription.
  const speaking = new Map<string, Client>();
  const clientFor = (language: string) => {
    const client = speaking.get(language) ?? makeClient(url, language);
    speaking.set(language, client);
    return client;
  };
  return new ApolloLink((operation) => {
    const { operationName, variables } = operation;
    const asked = { operationName, variables, extensions: named(operation), query: "" };
    return new Observable<ApolloLink.Result>((observer) =>
      clientFor(firstLanguage()).subscribe(asked, {
        next: (result) => observer.next(result as ExecutionResult as ApolloLink.Result),
        complete: () => observer.complete(),
        error: (reason) => observer.error(asError(reason)),
      }),
    );
  });
}

function makeClient(url: URL, language: string): Client {
  const connectionParams = { "accept-language": language };
  const client = createClient({ url: url.href, connectionParams, retryAttempts: 0, keepAlive: 15_000 });
  client.on("connected", () => connected.dispatchEvent(new Event("connected")));
  return client;
}

function asError(reason: unknown): Error {
  if (Array.isArray(reason)) return new CombinedGraphQLErrors({ errors: reason as GraphQLFormattedError[] });
  return reason instanceof Error ? reason : new Error("The connection was lost.");
}
