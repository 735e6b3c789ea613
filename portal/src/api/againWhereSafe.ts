import { ApolloLink, CombinedGraphQLErrors } from "@apollo/client";
import { OperationTypeNode } from "graphql";
import { mergeMap, retry, throwError, timer, of } from "rxjs";

import { failureOf, mayPass } from "./failure";

const TRIES = 3;
const FIRST_WAIT = 400;

/**
 * Tries again what can be sent twice: queries, and mutations with an idempotency key, which answer the same again. Any
 * other mutation may have been done although its answer was lost, so its failure is told.
 */
export const againWhereSafe = new ApolloLink((operation, forward) => {
  if (!isSafe(operation)) return forward(operation);
  return forward(operation).pipe(
    mergeMap((result) => {
      const errors = result.errors ?? [];
      const failed = errors.length > 0 && mayPass(failureOf(new CombinedGraphQLErrors({ errors })));
      return failed ? throwError(() => new CombinedGraphQLErrors({ errors })) : of(result);
    }),
    retry({
      count: TRIES,
      delay: (error, tried) =>
        mayPass(failureOf(error)) ? timer(FIRST_WAIT * 3 ** (tried - 1)) : throwError(() => error as Error),
    }),
  );
});

function isSafe(operation: ApolloLink.Operation): boolean {
  if (operation.operationType === OperationTypeNode.QUERY) return true;
  const input: unknown = operation.variables.input;
  return typeof input === "object" && input !== null && "idempotencyKey" in input;
}
