import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";

import { overHttp } from "./over-http";
import { overWebSocket } from "./over-web-socket";

/**
 * Runs what GraphiQL asks for.
 *
 * The toolkit's own fetcher is not used, because it asks for multipart answers that Usher does not give, hands every
 * header to connection_init, reconnects in silence, and hides the server's words where an answer is not JSON.
 */
export const fetcher: Fetcher = (params, options) => {
  const headers = options?.headers ?? {};
  return isSubscription(params) ? overWebSocket(params, headers) : overHttp(params, headers);
};

function isSubscription({ query, operationName }: FetcherParams): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === "subscription";
  } catch {
    // A syntax error: the server explains it better.
    return false;
  }
}
