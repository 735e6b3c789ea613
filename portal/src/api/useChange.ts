import type { OperationVariables, TypedDocumentNode } from "@apollo/client";
import { useMutation } from "@apollo/client/react";
import { useCallback, useState } from "react";

import { type Failure, failureOf } from "./failure";

type Change<Data, Variables> = {
  /** Resolves to the answer, refusals included; to null where it failed, which `failure` then tells. */
  run: (variables: Variables) => Promise<Data | null>;
  busy: boolean;
  failure: Failure | null;
};

/** A mutation whose refusals are its answer, and whose failures are kept to be shown. */
export function useChange<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Change<Data, Variables> {
  const [mutate, { loading }] = useMutation(document);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = useCallback(
    async (variables: Variables) => {
      setFailure(null);
      try {
        // The types of useMutation cannot tell that every variable is given.
        const { data } = await (mutate as (options: { variables: Variables }) => Promise<{ data?: Data }>)({
          variables,
        });
        return data ?? null;
      } catch (error) {
        setFailure(failureOf(error));
        return null;
      }
    },
    [mutate],
  );
  return { run, busy: loading, failure };
}
