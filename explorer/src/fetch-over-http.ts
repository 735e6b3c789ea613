import type { FetcherParams } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";

import { withCredential } from "./credential";
import { httpUrl } from "./endpoint";
import { errorWithoutStack } from "./error-without-stack";

/** Sends a query or mutation with the credential and the headers of the Headers pane. */
export async function fetchOverHttp(
  params: FetcherParams,
  extraHeaders: Record<string, string> = {},
  onResponse: (response: Response) => void = () => {},
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
  onResponse(response);
  if (response.status === 304) {
    // A 304 has no body, and is no failure.
    return { extensions: { status: 304, meaning: "Nothing has changed since the answer that has this ETag." } };
  }
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    // A proxy's page, or a plain-text refusal (413, 429): show it rather than the parser's error.
    throw errorWithoutStack(`HTTP ${response.status} ${response.statusText}\n${text.slice(0, 500)}`);
  }
}
