import type { FetcherParams } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { createClient } from "graphql-ws";

import { withCredential } from "./credential";
import { webSocketUrl } from "./endpoint";
import { errorWithoutStack } from "./error-without-stack";

/** Runs a subscription on a connection of its own, so that it carries the current credential. */
export function subscribeOverWebSocket(params: FetcherParams, headers: Record<string, string>): AsyncIterable<ExecutionResult> {
  const client = createClient({
    url: webSocketUrl,
    connectionParams: connectionParams(withCredential(headers)),
    // A lost connection is shown. A silent reconnect would hide it and start over with a new snapshot.
    retryAttempts: 0,
  });
  const results = client.iterate<Record<string, unknown>>({ ...params, operationName: params.operationName ?? undefined });
  // Not a generator: a generator's return() waits for the next event before it ends.
  const iterator: AsyncIterator<ExecutionResult> = {
    next: () => results.next().catch(rethrow) as Promise<IteratorResult<ExecutionResult>>,
    return: () => results.return!() as Promise<IteratorResult<ExecutionResult>>,
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** A browser cannot set headers on a WebSocket: a token is sent in connection_init. The browser sends the session cookie. */
function connectionParams(headers: Record<string, string>): { Authorization: string } | undefined {
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization");
  return found && { Authorization: found[1] };
}

function rethrow(reason: unknown): never {
  if (reason instanceof CloseEvent) {
    throw errorWithoutStack(`The connection closed: ${reason.code} ${reason.reason}`);
  }
  if (reason instanceof Event) {
    throw errorWithoutStack("The connection failed.");
  }
  throw reason;
}
