import { useState } from "react";

import { newIdempotencyKey } from "../api/newIdempotencyKey";
import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { AssignLicenseDocument, type ManagedUserFragment, type SeatsElsewhereFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { NoSeat } from "./NoSeat";
import { PackageChoice } from "./PackageChoice";
import { useSeatPools } from "./useSeatPools";

type AssignLicenseProps = {
  user: ManagedUserFragment;
  onClose: () => void;
  onDone: (told: string) => void;
  onHeld: (now: ManagedUserFragment, told: string) => void;
};

/** Gives a free seat to a person who holds none. */
export function AssignLicense({ user, onClose, onDone, onHeld }: AssignLicenseProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(AssignLicenseDocument);
  const { pools, hasSeat, soldOut } = useSeatPools();
  const [chosen, setChosen] = useState<string | null>(null);
  const [wish, setWish] = useState({ packageId: "", key: "" });
  const [noSeat, setNoSeat] = useState<SeatsElsewhereFragment | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const name = `${user.firstName} ${user.lastName}`;

  const assign = async (packageId: string) => {
    // Sent again after a lost answer, the same wish takes no second seat.
    const key = wish.packageId === packageId ? wish.key : newIdempotencyKey();
    setWish({ packageId, key });
    setChosen(packageId);
    const answer = (await run({ input: { userId: user.id, packageId, idempotencyKey: key } }))?.assignLicense;
    if (!answer) return;
    setWish({ packageId: "", key: "" });
    setNoSeat(null);
    setProblem(null);
    switch (answer.__typename) {
      case "LicenseAssigned":
        return onDone(text("users.assigned", { name, package: answer.license.package.name }));
      case "NoSeatAvailableError":
        setChosen(null);
        return setNoSeat(answer);
      case "AlreadyLicensedError":
        return onHeld(
          answer.license.user,
          text("users.alreadyLicensed", { name, package: answer.license.package.name }),
        );
      case "IdempotencyMismatchError":
        return setProblem(refusals.mismatch());
      case "InvalidInputError":
        return setProblem(refusals.invalid(answer.fields));
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
      {pools && <PackageChoice pools={pools} chosen={chosen} onChoose={setChosen} />}
      {soldOut && !noSeat && <Notice look="info">{text("users.noSeats")}</Notice>}
      {noSeat && <NoSeat refused={noSeat} onTake={(packageId) => void assign(packageId)} />}
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} />
      <footer className="dialog-foot">
        <Button onPress={onClose}>{text("shell.cancel")}</Button>
        <Button
          look="main"
          isDisabled={!hasSeat(chosen)}
          isPending={busy}
          onPress={() => chosen && void assign(chosen)}
        >
          {text("users.assign")}
        </Button>
      </footer>
    </>
  );
}
