import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { RemoveLicenseDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import type { StepProps } from "./StepProps";

/** Removes a license after confirmation. */
export function RemoveLicense({ user, license, onBack, onDone }: StepProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(RemoveLicenseDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const name = `${user.firstName} ${user.lastName}`;

  const remove = async () => {
    const result = (await run({ input: { licenseId: license.id } }))?.removeLicense;
    if (!result) return;
    switch (result.__typename) {
      case "LicenseRemoved":
        return onDone(text("users.removed", { name }));
      case "NotFoundError":
        return setProblem(refusals.notFound());
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return assertNever(result);
    }
  };

  return (
    <>
      <Notice variant="warning">{text("users.removeText", { name, package: license.package.name })}</Notice>
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={() => void remove()} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onBack}>
          {text("users.back")}
        </Button>
        <Button
          variant="danger"
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
