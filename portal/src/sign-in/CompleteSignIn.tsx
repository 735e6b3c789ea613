import { useApolloClient } from "@apollo/client/react";
import { useNavigate } from "react-router";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { CompleteSignInDocument } from "../gql/graphql";
import { takeReturnPath } from "../session/returnPath";
import { broadcastSession } from "../session/sessionChannel";
import { useText } from "../texts/useText";

type CompleteSignInProps = { token: string; onUsed: () => void; onInvalid: () => void };

/** The button that uses up a mailed link. Opening the page does not, because mail scanners open links too. */
export function CompleteSignIn({ token, onUsed, onInvalid }: CompleteSignInProps) {
  const text = useText();
  const client = useApolloClient();
  const navigate = useNavigate();
  const { run, busy, failure } = useApiMutation(CompleteSignInDocument);

  const complete = async () => {
    const result = (await run({ input: { token, session: "COOKIE" } }))?.completeSignIn;
    if (!result) return;
    switch (result.__typename) {
      case "SignedIn":
        onUsed();
        // No data of a previous viewer stays in the cache.
        await client.clearStore();
        broadcastSession("signed-in");
        return navigate(takeReturnPath(), { replace: true });
      case "TokenInvalidError":
        return onInvalid();
      default:
        return assertNever(result);
    }
  };

  return (
    <Page title={text("signIn.title")} intro={text("signIn.follow")} variant="narrow">
      <FailureNotice failure={failure} />
      <Button variant="main" isPending={busy} onPress={() => void complete()}>
        {text("signIn.followButton")}
      </Button>
      <p className="quiet">{text("signIn.followWhy")}</p>
    </Page>
  );
}
