import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { ActivateLicenseDocument } from "../gql/graphql";
import { mailedToken } from "../session/mailedToken";
import { useText } from "../texts/useText";
import { Activated } from "./Activated";

type State = { at: "asking" } | { at: "dead" } | { at: "done"; packageName: string };

/** /activate: the button that a mailed activation link leads to. It needs no sign-in. */
export default function ActivationPage() {
  const text = useText();
  const { run, busy, failure } = useChange(ActivateLicenseDocument);
  const [state, setState] = useState<State>({ at: "asking" });

  const activate = async (token: string) => {
    const answer = (await run({ input: { token } }))?.activateLicense;
    if (!answer) return;
    switch (answer.__typename) {
      case "LicenseActivated":
        return setState({ at: "done", packageName: answer.license.package.name });
      case "TokenInvalidError":
        return setState({ at: "dead" });
      default:
        return unreachable(answer);
    }
  };

  if (state.at === "done") return <Activated packageName={state.packageName} />;
  if (state.at === "dead") {
    return (
      <Page key="dead" title={text("activation.dead")} intro={text("activation.deadText")} look="narrow">
        <p>{text("activation.deadHint")}</p>
      </Page>
    );
  }
  if (mailedToken.kind !== "token") {
    return (
      <Page title={text("activation.broken")} intro={text("activation.brokenText")} look="narrow" children={null} />
    );
  }
  const { token } = mailedToken;
  return (
    <Page title={text("activation.title")} intro={text("activation.intro")} look="narrow">
      <FailureNotice failure={failure} />
      <Button look="main" isPending={busy} onPress={() => void activate(token)}>
        {text("activation.button")}
      </Button>
      <p className="quiet">{text("activation.why")}</p>
    </Page>
  );
}
