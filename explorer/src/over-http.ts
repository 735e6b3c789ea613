import type { FetcherParams } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";

import { withCredential } from "./credential";
import { httpUrl } from "./endpoint";
import { failure } from "./failure";

/** Sends one query or mutation, with who asks and what the headers editor holds; `heard` is shown the response. */
export async function overHttp(
  params: FetcherParams,
  extraHeaders: Record<string, string> = {},
  heard: (response: Response) => void = () => {},
): Promise<ExecutionResult> {
  const headers = new Headers({
    Accept: "application/graphql-response+json, application/json",
    "Content-Type": "application/json",
  });
  for (const [name, value] of Object.entries(withCredential(extraHeaders))) {
    headers.set(name, value);
  }
  const response = await fetch(httpUrl, {
    method: "POST",
    credentials: "same-origin",
    headers,
    body: JSON.stringify(params),
  });
  heard(response);
  if (response.status === 304) {
    // It has no body, and is no failure.
    return { extensions: { status: 304, meaning: "Nothing has changed since the answer that has this ETag." } };
  }
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    // A proxy's page, or a refusal from before GraphQL began (413, 429): show it rather than a parser's complaint.
    throw failure(`HTTP ${response.status} ${response.statusText}\n${text.slice(0, 500)}`);
  }
}
