import { useState } from "react";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import type { HeldLicenseFragment, ManagedUserFragment } from "../gql/graphql";
import { LicenseBadge } from "../seats/LicenseBadge";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { ChangeLicense } from "./ChangeLicense";
import { RemoveLicense } from "./RemoveLicense";
import type { StepProps } from "./StepProps";
import { TransferLicense } from "./TransferLicense";
import { useSendLink } from "./useSendLink";

type ManageHeldLicenseProps = {
  user: ManagedUserFragment;
  license: HeldLicenseFragment;
  notice: string | null;
  onClose: () => void;
  onDone: (message: string) => void;
};

/** The license that a user holds, and the actions on it. */
export function ManageHeldLicense({ user, license, notice, onClose, onDone }: ManageHeldLicenseProps) {
  const text = useText();
  const { date } = useFormats();
  const [step, setStep] = useState<"overview" | "change" | "transfer" | "remove">("overview");
  const [problem, setProblem] = useState<string | null>(null);
  const link = useSendLink(onDone, setProblem);
  const name = `${user.firstName} ${user.lastName}`;
  const props: StepProps = { user, license, onBack: () => setStep("overview"), onDone };
  return (
    <>
      {notice && <Notice variant="warning">{notice}</Notice>}
      <div className="holding">
        <p className="quiet">{text("users.holds", { name })}</p>
        <p className="holding-package">
          <span className={`package-mark package-${license.package.code.toLowerCase()}`}>{license.package.name}</span>
          <LicenseBadge state={license.state} />
        </p>
        <p className="row-detail">
          {text("users.assignedOn", { date: date(license.assignedAt) })}
          {license.activatedAt && ` · ${text("users.activatedOn", { date: date(license.activatedAt) })}`}
        </p>
      </div>
      {step === "overview" && (
        <>
          <div className="steps">
            <Button onPress={() => setStep("change")}>{text("users.change")}</Button>
            <Button onPress={() => setStep("transfer")}>{text("users.transfer")}</Button>
            <Button isPending={link.busy} onPress={() => void link.send(license.id, user.email)}>
              {text("users.sendLink")}
            </Button>
            <Button variant="danger" onPress={() => setStep("remove")}>
              {text("users.remove")}
            </Button>
          </div>
          {problem && <Notice variant="bad">{problem}</Notice>}
          <FailureNotice failure={link.failure} />
          <footer className="dialog-foot">
            <Button onPress={onClose}>{text("shell.close")}</Button>
          </footer>
        </>
      )}
      {step === "change" && <ChangeLicense {...props} />}
      {step === "transfer" && <TransferLicense {...props} />}
      {step === "remove" && <RemoveLicense {...props} />}
    </>
  );
}
