import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { TransferLicenseDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { PersonChoice, type Person } from "./PersonChoice";
import type { StepProps } from "./StepProps";

/** Hands a license to somebody who holds none. */
export function TransferLicense({ user, license, onBack, onDone }: StepProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(TransferLicenseDocument);
  const [person, setPerson] = useState<Person | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const transfer = async ({ id, name: to }: Person) => {
    const answer = (await run({ input: { licenseId: license.id, toUserId: id } }))?.transferLicense;
    if (!answer) return;
    switch (answer.__typename) {
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
        return unreachable(answer);
    }
  };

  return (
    <>
      <p className="dialog-intro">{text("users.transferText")}</p>
      <PersonChoice chosen={person} onChoose={setPerson} />
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} />
      <footer className="dialog-foot">
        <Button onPress={onBack}>{text("users.back")}</Button>
        <Button look="main" isDisabled={!person} isPending={busy} onPress={() => person && void transfer(person)}>
          {text("users.transferDo")}
        </Button>
      </footer>
    </>
  );
}
