import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { ChangeLicenseDocument, type SeatsElsewhereFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { NoSeat } from "./NoSeat";
import { PackageChoice } from "./PackageChoice";
import type { StepProps } from "./StepProps";
import { useSeatPools } from "./useSeatPools";

/** Moves somebody to another package that has a free seat. */
export function ChangeLicense({ user, license, onBack, onDone }: StepProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(ChangeLicenseDocument);
  const { pools, hasSeat, soldOut } = useSeatPools(license.package.id);
  const [chosen, setChosen] = useState<string | null>(null);
  const [noSeat, setNoSeat] = useState<SeatsElsewhereFragment | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const change = async (packageId: string) => {
    const answer = (await run({ input: { licenseId: license.id, packageId } }))?.changeLicense;
    if (!answer) return;
    setNoSeat(null);
    setProblem(null);
    switch (answer.__typename) {
      case "LicenseChanged": {
        const name = `${user.firstName} ${user.lastName}`;
        return onDone(text("users.changed", { name, package: answer.license.package.name }));
      }
      case "NoSeatAvailableError":
        setChosen(null);
        return setNoSeat(answer);
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
      <p className="dialog-intro">{text("users.changeText")}</p>
      {pools && <PackageChoice pools={pools} chosen={chosen} onChoose={setChosen} />}
      {soldOut && !noSeat && <Notice look="info">{text("users.noSeats")}</Notice>}
      {noSeat && <NoSeat refused={noSeat} onTake={(packageId) => void change(packageId)} />}
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onBack}>
          {text("users.back")}
        </Button>
        <Button
          look="main"
          isDisabled={!hasSeat(chosen)}
          isPending={busy}
          onPress={() => chosen && void change(chosen)}
        >
          {text("users.changeTo")}
        </Button>
      </footer>
    </>
  );
}
