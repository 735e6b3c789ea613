import { useApolloClient } from "@apollo/client/react";
import { useMemo } from "react";

import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

type InvalidField = { path: string[]; message: string };

/** The texts of the refusals that many operations share. NotFoundError also refetches the active queries. */
export function useRefusalText() {
  const text = useText();
  const { time } = useFormats();
  const client = useApolloClient();
  return useMemo(
    () => ({
      notPermitted: () => text("refused.notPermitted"),
      notFound: () => {
        void client.refetchQueries({ include: "active" });
        return text("refused.notFound");
      },
      mismatch: () => text("refused.mismatch"),
      tooOften: (retryAt: string) => text("refused.tooOften", { time: time(retryAt) }),
      // Forms have a text of their own for each field; this is for values that no form can send.
      invalid: (fields: InvalidField[]) =>
        text("refused.invalid", { problems: fields.map((field) => field.message).join(" ") }),
    }),
    [text, time, client],
  );
}
