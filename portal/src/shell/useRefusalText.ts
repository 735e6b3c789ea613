import { useApolloClient } from "@apollo/client/react";
import { useMemo } from "react";

import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

type BadField = { path: string[]; message: string };

/** Words for the refusals that many operations share. What is gone, or not the viewer's to see, is fetched anew. */
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
      // Fields have words of their own beside them; this is for the values that no form of ours can send.
      invalid: (fields: BadField[]) =>
        text("refused.invalid", { problems: fields.map((field) => field.message).join(" ") }),
    }),
    [text, time, client],
  );
}
