import type { OperationVariables, TypedDocumentNode } from "@apollo/client";
import { useMutation } from "@apollo/client/react";
import { useCallback, useState } from "react";

import { type Failure, toFailure } from "./failure";

type ApiMutation<Data, Variables> = {
  /** Resolves to the data, refusals included; to null after an error, which is then in `failure`. */
  run: (variables: Variables) => Promise<Data | null>;
  busy: boolean;
  failure: Failure | null;
};

/** useMutation for an API whose refusals are data; errors become a `failure` to show. */
export function useApiMutation<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
): ApiMutation<Data, Variables> {
  const [mutate, { loading }] = useMutation(document);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = useCallback(
    async (variables: Variables) => {
      setFailure(null);
      try {
        // The types of useMutation cannot express that every variable is given.
        const { data } = await (mutate as (options: { variables: Variables }) => Promise<{ data?: Data }>)({
          variables,
        });
        return data ?? null;
      } catch (error) {
        setFailure(toFailure(error));
        return null;
      }
    },
    [mutate],
  );
  return { run, busy: loading, failure };
}
