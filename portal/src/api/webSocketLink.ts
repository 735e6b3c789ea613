import { ApolloLink, CombinedGraphQLErrors } from "@apollo/client";
import type { ExecutionResult, GraphQLFormattedError } from "graphql";
import { type Client, createClient } from "graphql-ws";
import { Observable } from "rxjs";

import { preferredLanguage } from "../texts/language";
import { persistedQuery } from "./persistedQuery";

const connected = new EventTarget();

/** Calls the listener each time a socket has been acknowledged: from then on no update is missed. */
export function onConnected(listener: () => void): () => void {
  connected.addEventListener("connected", listener);
  return () => connected.removeEventListener("connected", listener);
}

/**
 * The link for subscriptions, by graphql-ws. A lost connection ends the subscription: its caller knows the version to
 * resume from, and the link does not.
 */
export function webSocketLink(): ApolloLink {
  const url = new URL("/graphql", window.location.href);
  url.protocol = url.protocol.replace("http", "ws");
  // The language is set once per connection, so each language has a client. It disconnects after its last subscription.
  const clients = new Map<string, Client>();
  const clientFor = (language: string) => {
    const client = clients.get(language) ?? createLanguageClient(url, language);
    clients.set(language, client);
    return client;
  };
  return new ApolloLink((operation) => {
    const { operationName, variables } = operation;
    const payload = { operationName, variables, extensions: persistedQuery(operation), query: "" };
    return new Observable<ApolloLink.Result>((observer) =>
      clientFor(preferredLanguage()).subscribe(payload, {
        next: (result) => observer.next(result as ExecutionResult as ApolloLink.Result),
        complete: () => observer.complete(),
        error: (reason) => observer.error(toError(reason)),
      }),
    );
  });
}

function createLanguageClient(url: URL, language: string): Client {
  const connectionParams = { "accept-language": language };
  const client = createClient({ url: url.href, connectionParams, retryAttempts: 0, keepAlive: 15_000 });
  client.on("connected", () => connected.dispatchEvent(new Event("connected")));
  return client;
}

function toError(reason: unknown): Error {
  if (Array.isArray(reason)) return new CombinedGraphQLErrors({ errors: reason as GraphQLFormattedError[] });
  return reason instanceof Error ? reason : new Error("The connection was lost.");
}
