import { ApolloLink } from "@apollo/client";
import { OperationTypeNode } from "graphql";
import { defer, type Observable, of, switchMap, tap } from "rxjs";

let mutationsAnswered = 0;

/**
 * Repeats a query if a mutation was answered while it was in flight: its result may be from before the mutation, and
 * would undo the change on the page.
 */
export const repeatOutdatedReads = new ApolloLink((operation, forward) => {
  if (operation.operationType === OperationTypeNode.MUTATION) {
    return forward(operation).pipe(tap(() => (mutationsAnswered += 1)));
  }
  if (operation.operationType !== OperationTypeNode.QUERY) return forward(operation);
  const read = (): Observable<ApolloLink.Result> =>
    defer(() => {
      const before = mutationsAnswered;
      return forward(operation).pipe(switchMap((result) => (before === mutationsAnswered ? of(result) : read())));
    });
  return read();
});
