import type { FetcherParams } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { createClient } from "graphql-ws";

import { withCredential } from "./credential";
import { webSocketUrl } from "./endpoint";
import { failure } from "./failure";

/** Runs one subscription on a connection of its own, so that it carries the credentials of this moment. */
export function overWebSocket(params: FetcherParams, headers: Record<string, string>): AsyncIterable<ExecutionResult> {
  const client = createClient({
    url: webSocketUrl,
    connectionParams: credentials(withCredential(headers)),
    // A lost connection is shown. Reconnecting in silence would hide it and start over with a new snapshot.
    retryAttempts: 0,
  });
  const results = client.iterate<Record<string, unknown>>({ ...params, operationName: params.operationName ?? undefined });
  // Written out rather than as a generator: a generator's return() waits for the next event before it ends.
  const iterator: AsyncIterator<ExecutionResult> = {
    next: () => results.next().catch(explain) as Promise<IteratorResult<ExecutionResult>>,
    return: () => results.return!() as Promise<IteratorResult<ExecutionResult>>,
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** A browser cannot set headers on a WebSocket: a token travels in connection_init. The session cookie goes by itself. */
function credentials(headers: Record<string, string>): { Authorization: string } | undefined {
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization");
  return found && { Authorization: found[1] };
}

function explain(reason: unknown): never {
  if (reason instanceof CloseEvent) {
    throw failure(`The connection closed: ${reason.code} ${reason.reason}`);
  }
  if (reason instanceof Event) {
    throw failure("The connection failed.");
  }
  throw reason;
}
