import { ApolloLink } from "@apollo/client";
import { OperationTypeNode } from "graphql";
import { defer, type Observable, of, switchMap, tap } from "rxjs";

let answered = 0;

/**
 * Asks again what was read while a change was answered: the answer may be from before the change, and would put what
 * was changed back on the page.
 */
export const asReadAfterChanges = new ApolloLink((operation, forward) => {
  if (operation.operationType === OperationTypeNode.MUTATION) {
    return forward(operation).pipe(tap(() => (answered += 1)));
  }
  if (operation.operationType !== OperationTypeNode.QUERY) return forward(operation);
  const read = (): Observable<ApolloLink.Result> =>
    defer(() => {
      const before = answered;
      return forward(operation).pipe(switchMap((result) => (before === answered ? of(result) : read())));
    });
  return read();
});
