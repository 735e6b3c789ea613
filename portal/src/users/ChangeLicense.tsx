import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { ChangeLicenseDocument, type SeatsElsewhereFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { NoSeatNotice } from "./NoSeatNotice";
import { PackageRadioGroup } from "./PackageRadioGroup";
import type { StepProps } from "./StepProps";
import { useSeatPools } from "./useSeatPools";

/** Moves a license to another package that has a free seat. */
export function ChangeLicense({ user, license, onBack, onDone }: StepProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(ChangeLicenseDocument);
  const { pools, hasSeat, soldOut } = useSeatPools(license.package.id);
  const [selected, setSelected] = useState<string | null>(null);
  const [noSeat, setNoSeat] = useState<SeatsElsewhereFragment | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const change = async (packageId: string) => {
    const result = (await run({ input: { licenseId: license.id, packageId } }))?.changeLicense;
    if (!result) return;
    setNoSeat(null);
    setProblem(null);
    switch (result.__typename) {
      case "LicenseChanged": {
        const name = `${user.firstName} ${user.lastName}`;
        return onDone(text("users.changed", { name, package: result.license.package.name }));
      }
      case "NoSeatAvailableError":
        setSelected(null);
        return setNoSeat(result);
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
      <p className="dialog-intro">{text("users.changeText")}</p>
      {pools && <PackageRadioGroup pools={pools} selected={selected} onSelect={setSelected} />}
      {soldOut && !noSeat && <Notice variant="info">{text("users.noSeats")}</Notice>}
      {noSeat && <NoSeatNotice error={noSeat} onSelect={(packageId) => void change(packageId)} />}
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onBack}>
          {text("users.back")}
        </Button>
        <Button
          variant="main"
          isDisabled={!hasSeat(selected)}
          isPending={busy}
          onPress={() => selected && void change(selected)}
        >
          {text("users.changeTo")}
        </Button>
      </footer>
    </>
  );
}
