import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { ActivateLicenseDocument } from "../gql/graphql";
import { mailedToken } from "../session/mailedToken";
import { useText } from "../texts/useText";
import { Activated } from "./Activated";

type State = { status: "asking" } | { status: "invalid" } | { status: "done"; packageName: string };

/** /activate: the button that a mailed activation link leads to. It needs no sign-in. */
export default function ActivationPage() {
  const text = useText();
  const { run, busy, failure } = useApiMutation(ActivateLicenseDocument);
  const [state, setState] = useState<State>({ status: "asking" });

  const activate = async (token: string) => {
    const result = (await run({ input: { token } }))?.activateLicense;
    if (!result) return;
    switch (result.__typename) {
      case "LicenseActivated":
        return setState({ status: "done", packageName: result.license.package.name });
      case "TokenInvalidError":
        return setState({ status: "invalid" });
      default:
        return assertNever(result);
    }
  };

  if (state.status === "done") return <Activated packageName={state.packageName} />;
  if (state.status === "invalid") {
    return (
      <Page key="invalid" title={text("activation.dead")} intro={text("activation.deadText")} variant="narrow">
        <p>{text("activation.deadHint")}</p>
      </Page>
    );
  }
  if (mailedToken.kind !== "token") {
    return (
      <Page
        title={text("activation.broken")}
        intro={text("activation.brokenText")}
        variant="narrow"
        children={null}
      />
    );
  }
  const { token } = mailedToken;
  return (
    <Page title={text("activation.title")} intro={text("activation.intro")} variant="narrow">
      <FailureNotice failure={failure} />
      <Button variant="main" isPending={busy} onPress={() => void activate(token)}>
        {text("activation.button")}
      </Button>
      <p className="quiet">{text("activation.why")}</p>
    </Page>
  );
}
