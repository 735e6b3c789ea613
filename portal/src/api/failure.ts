import { CombinedGraphQLErrors, ServerError } from "@apollo/client";

/** The kinds of error that the portal treats differently. Refusals are data, and no failures. */
export type Failure =
  | { kind: "signed-out" }
  | { kind: "outdated" }
  | { kind: "not-permitted" }
  | { kind: "busy" }
  | { kind: "unavailable" }
  | { kind: "offline" }
  | { kind: "stale-version" }
  | { kind: "bug"; reference: string | null };

export function toFailure(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) {
    return (
      error.errors.map((each) => fromCode(each.extensions)).find((each) => each.kind !== "bug") ?? bugFailure(error)
    );
  }
  if (ServerError.is(error)) {
    if (error.statusCode === 429) return { kind: "busy" };
    return error.statusCode >= 502 && error.statusCode <= 504
      ? { kind: "unavailable" }
      : { kind: "bug", reference: null };
  }
  // fetch and the socket throw other errors when the server cannot be reached.
  return { kind: "offline" };
}

/** Whether a retry of the same request may succeed. */
export function isTransient(failure: Failure): boolean {
  return failure.kind === "unavailable" || failure.kind === "offline" || failure.kind === "busy";
}

function fromCode(extensions: Record<string, unknown> | undefined): Failure {
  switch (extensions?.code) {
    case "UNAUTHENTICATED":
      return { kind: "signed-out" };
    case "PERSISTED_QUERY_NOT_FOUND":
    case "DOCUMENT_NOT_TRUSTED":
    case "GRAPHQL_VALIDATION_FAILED":
      return { kind: "outdated" };
    case "NOT_PERMITTED":
      return { kind: "not-permitted" };
    case "RATE_LIMITED":
      return { kind: "busy" };
    case "UNAVAILABLE":
      return { kind: "unavailable" };
    case "STALE_VERSION":
      return { kind: "stale-version" };
    default:
      return { kind: "bug", reference: null };
  }
}

function bugFailure(error: CombinedGraphQLErrors): Failure {
  const reference = error.errors[0]?.extensions?.reference;
  return { kind: "bug", reference: typeof reference === "string" ? reference : null };
}
