import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import { type DocumentNode, getOperationAST, parse } from "graphql";

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
  const document = parsed(params.query);
  const asked = document ? withoutStaleName(params, document) : params;
  const subscribes = document && getOperationAST(document, asked.operationName)?.operation === "subscription";
  return subscribes ? overWebSocket(asked, headers) : overHttp(asked, headers);
};

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    // A syntax error: the server explains it better.
    return null;
  }
}

/** Right after a change of tab, GraphiQL still names the operation of the tab before. */
function withoutStaleName(params: FetcherParams, document: DocumentNode): FetcherParams {
  const { operationName, ...rest } = params;
  return getOperationAST(document, operationName) || getOperationAST(document) === null ? params : rest;
}
