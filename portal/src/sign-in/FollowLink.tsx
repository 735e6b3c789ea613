import { useApolloClient } from "@apollo/client/react";
import { useNavigate } from "react-router";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { CompleteSignInDocument } from "../gql/graphql";
import { tellOtherWindows } from "../session/otherWindows";
import { takePlace } from "../session/returnTo";
import { useText } from "../texts/useText";

type FollowLinkProps = { token: string; onUsed: () => void; onDead: () => void };

/** The button that uses a mailed link up. Nothing else does: programs that check mails open links too. */
export function FollowLink({ token, onUsed, onDead }: FollowLinkProps) {
  const text = useText();
  const client = useApolloClient();
  const navigate = useNavigate();
  const { run, busy, failure } = useChange(CompleteSignInDocument);

  const follow = async () => {
    const answer = (await run({ input: { token, session: "COOKIE" } }))?.completeSignIn;
    if (!answer) return;
    switch (answer.__typename) {
      case "SignedIn":
        onUsed();
        // Whoever was signed in here before leaves nothing behind.
        await client.clearStore();
        tellOtherWindows("signed-in");
        return navigate(takePlace(), { replace: true });
      case "TokenInvalidError":
        return onDead();
      default:
        return unreachable(answer);
    }
  };

  return (
    <Page title={text("signIn.title")} intro={text("signIn.follow")} look="narrow">
      <FailureNotice failure={failure} />
      <Button look="main" isPending={busy} onPress={() => void follow()}>
        {text("signIn.followButton")}
      </Button>
      <p className="quiet">{text("signIn.followWhy")}</p>
    </Page>
  );
}
