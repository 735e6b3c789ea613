import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { TransferLicenseDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { PersonComboBox, type Person } from "./PersonComboBox";
import type { StepProps } from "./StepProps";

/** Transfers a license to a user without one. */
export function TransferLicense({ user, license, onBack, onDone }: StepProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(TransferLicenseDocument);
  const [person, setPerson] = useState<Person | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const transfer = async ({ id, name: to }: Person) => {
    const result = (await run({ input: { licenseId: license.id, toUserId: id } }))?.transferLicense;
    if (!result) return;
    switch (result.__typename) {
      case "LicenseTransferred": {
        const name = `${user.firstName} ${user.lastName}`;
        return onDone(text("users.transferred", { name, to, package: license.package.name }));
      }
      case "AlreadyLicensedError":
        setPerson(null);
        return setProblem(text("users.transferTaken", { to }));
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
      <p className="dialog-intro">{text("users.transferText")}</p>
      <PersonComboBox selected={person} onSelect={setPerson} />
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} />
      <footer className="dialog-foot">
        <Button onPress={onBack}>{text("users.back")}</Button>
        <Button variant="main" isDisabled={!person} isPending={busy} onPress={() => person && void transfer(person)}>
          {text("users.transferDo")}
        </Button>
      </footer>
    </>
  );
}
