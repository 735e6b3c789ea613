import type { Fetcher, FetcherParams } from "@graphiql/toolkit";
import { type DocumentNode, type ExecutionResult, getOperationAST, parse } from "graphql";

import { answer } from "./answer";
import { filledIn } from "./filled";
import { changes, lastRun, runOf } from "./last-run";
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
  // GraphiQL's own question for the schema is none of the reader's runs.
  if (asked.operationName === "IntrospectionQuery") return overHttp(asked, headers);
  const operation = document && getOperationAST(document, asked.operationName)?.operation;
  lastRun.set(null);
  filledIn.set([]);
  if (operation === "subscription") {
    lastRun.set({ kind: "followed" });
    return overWebSocket(asked, headers);
  }
  return run(asked, headers, operation === "mutation");
};

async function run(params: FetcherParams, headers: Record<string, string>, changing: boolean): Promise<ExecutionResult> {
  try {
    const result = await overHttp(params, headers, (response) => lastRun.set(runOf(response)));
    answer.set(result.data);
    return result;
  } finally {
    if (changing) changes.set(changes.get() + 1);
  }
}

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
