import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { newIdempotencyKey } from "../api/newIdempotencyKey";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { AssignLicenseDocument, type ManagedUserFragment, type SeatsElsewhereFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { NoSeatNotice } from "./NoSeatNotice";
import { PackageRadioGroup } from "./PackageRadioGroup";
import { useSeatPools } from "./useSeatPools";

type AssignLicenseProps = {
  user: ManagedUserFragment;
  onClose: () => void;
  onDone: (message: string) => void;
  onAlreadyLicensed: (holder: ManagedUserFragment, message: string) => void;
};

/** Assigns a free seat to a user without a license. */
export function AssignLicense({ user, onClose, onDone, onAlreadyLicensed }: AssignLicenseProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(AssignLicenseDocument);
  const { pools, hasSeat, soldOut } = useSeatPools();
  const [selected, setSelected] = useState<string | null>(null);
  const [request, setRequest] = useState({ packageId: "", key: "" });
  const [noSeat, setNoSeat] = useState<SeatsElsewhereFragment | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const name = `${user.firstName} ${user.lastName}`;

  const assign = async (packageId: string) => {
    // After a lost response, a retry with the same key takes no second seat.
    const key = request.packageId === packageId ? request.key : newIdempotencyKey();
    setRequest({ packageId, key });
    setSelected(packageId);
    const result = (await run({ input: { userId: user.id, packageId, idempotencyKey: key } }))?.assignLicense;
    if (!result) return;
    setRequest({ packageId: "", key: "" });
    setNoSeat(null);
    setProblem(null);
    switch (result.__typename) {
      case "LicenseAssigned":
        return onDone(text("users.assigned", { name, package: result.license.package.name }));
      case "NoSeatAvailableError":
        setSelected(null);
        return setNoSeat(result);
      case "AlreadyLicensedError":
        return onAlreadyLicensed(
          result.license.user,
          text("users.alreadyLicensed", { name, package: result.license.package.name }),
        );
      case "IdempotencyMismatchError":
        return setProblem(refusals.mismatch());
      case "InvalidInputError":
        return setProblem(refusals.invalid(result.fields));
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
      {pools && <PackageRadioGroup pools={pools} selected={selected} onSelect={setSelected} />}
      {soldOut && !noSeat && <Notice variant="info">{text("users.noSeats")}</Notice>}
      {noSeat && <NoSeatNotice error={noSeat} onSelect={(packageId) => void assign(packageId)} />}
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} />
      <footer className="dialog-foot">
        <Button onPress={onClose}>{text("shell.cancel")}</Button>
        <Button
          variant="main"
          isDisabled={!hasSeat(selected)}
          isPending={busy}
          onPress={() => selected && void assign(selected)}
        >
          {text("users.assign")}
        </Button>
      </footer>
    </>
  );
}
