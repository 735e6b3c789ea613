import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import { type DocumentNode, type ExecutionResult, getOperationAST, parse } from "graphql";

import { fetchOverHttp } from "./fetch-over-http";
import { filledVariables } from "./filled-variables";
import { lastData } from "./last-data";
import { mutationCount, lastRun, toRun } from "./last-run";
import { subscribeOverWebSocket } from "./subscribe-over-web-socket";

/**
 * Runs the operations of GraphiQL.
 *
 * The toolkit's own fetcher is not used, because it requests multipart responses, which Usher does not send, passes every
 * header to connection_init, reconnects silently, and hides the text of a response that is not JSON.
 */
export const fetcher: Fetcher = (params, options) => {
  const headers = options?.headers ?? {};
  const document = tryParse(params.query);
  const request = document ? withoutStaleOperationName(params, document) : params;
  // GraphiQL's own introspection is no run of the user.
  if (request.operationName === "IntrospectionQuery") return fetchOverHttp(request, headers);
  const operation = document && getOperationAST(document, request.operationName)?.operation;
  lastRun.set(null);
  filledVariables.set([]);
  if (operation === "subscription") {
    lastRun.set({ kind: "subscribed" });
    return subscribeOverWebSocket(request, headers);
  }
  return runAndRecord(request, headers, operation === "mutation");
};

async function runAndRecord(params: FetcherParams, headers: Record<string, string>, isMutation: boolean): Promise<ExecutionResult> {
  try {
    const result = await fetchOverHttp(params, headers, (response) => lastRun.set(toRun(response)));
    lastData.set(result.data);
    return result;
  } finally {
    if (isMutation) mutationCount.set(mutationCount.get() + 1);
  }
}

function tryParse(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    // The server reports a syntax error better.
    return null;
  }
}

/** Right after a change of tab, GraphiQL still sends the operation name of the previous tab. */
function withoutStaleOperationName(params: FetcherParams, document: DocumentNode): FetcherParams {
  const { operationName, ...rest } = params;
  return getOperationAST(document, operationName) || getOperationAST(document) === null ? params : rest;
}
