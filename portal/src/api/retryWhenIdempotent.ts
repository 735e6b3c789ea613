import { ApolloLink, CombinedGraphQLErrors } from "@apollo/client";
import { OperationTypeNode } from "graphql";
import { mergeMap, retry, throwError, timer, of } from "rxjs";

import { toFailure, isTransient } from "./failure";

const MAX_RETRIES = 3;
const FIRST_DELAY = 400;

/**
 * Retries idempotent operations: queries, and mutations with an idempotency key. Any other mutation may have taken
 * effect although its response was lost, so its failure is shown.
 */
export const retryWhenIdempotent = new ApolloLink((operation, forward) => {
  if (!isIdempotent(operation)) return forward(operation);
  return forward(operation).pipe(
    mergeMap((result) => {
      const errors = result.errors ?? [];
      const failed = errors.length > 0 && isTransient(toFailure(new CombinedGraphQLErrors({ errors })));
      return failed ? throwError(() => new CombinedGraphQLErrors({ errors })) : of(result);
    }),
    retry({
      count: MAX_RETRIES,
      delay: (error, tried) =>
        isTransient(toFailure(error)) ? timer(FIRST_DELAY * 3 ** (tried - 1)) : throwError(() => error as Error),
    }),
  );
});

function isIdempotent(operation: ApolloLink.Operation): boolean {
  if (operation.operationType === OperationTypeNode.QUERY) return true;
  const input: unknown = operation.variables.input;
  return typeof input === "object" && input !== null && "idempotencyKey" in input;
}
