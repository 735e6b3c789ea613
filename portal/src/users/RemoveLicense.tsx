import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { RemoveLicenseDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import type { StepProps } from "./StepProps";

/** Takes a license away, once that is confirmed. */
export function RemoveLicense({ user, license, onBack, onDone }: StepProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(RemoveLicenseDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const name = `${user.firstName} ${user.lastName}`;

  const remove = async () => {
    const answer = (await run({ input: { licenseId: license.id } }))?.removeLicense;
    if (!answer) return;
    switch (answer.__typename) {
      case "LicenseRemoved":
        return onDone(text("users.removed", { name }));
      case "NotFoundError":
        return setProblem(refusals.notFound());
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return unreachable(answer);
    }
  };

  return (
    <>
      <Notice look="warning">{text("users.removeText", { name, package: license.package.name })}</Notice>
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} again={() => void remove()} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onBack}>
          {text("users.back")}
        </Button>
        <Button
          look="danger"
          isPending={busy}
          aria-label={text("users.removeConfirm", { name })}
          onPress={() => void remove()}
        >
          {text("users.remove")}
        </Button>
      </footer>
    </>
  );
}
