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
  news: string | null;
  onClose: () => void;
  onDone: (told: string) => void;
};

/** What somebody holds, and what can be done with it. */
export function ManageHeldLicense({ user, license, news, onClose, onDone }: ManageHeldLicenseProps) {
  const text = useText();
  const { date } = useFormats();
  const [step, setStep] = useState<"look" | "change" | "transfer" | "remove">("look");
  const [problem, setProblem] = useState<string | null>(null);
  const link = useSendLink(onDone, setProblem);
  const name = `${user.firstName} ${user.lastName}`;
  const props: StepProps = { user, license, onBack: () => setStep("look"), onDone };
  return (
    <>
      {news && <Notice look="warning">{news}</Notice>}
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
      {step === "look" && (
        <>
          <div className="steps">
            <Button onPress={() => setStep("change")}>{text("users.change")}</Button>
            <Button onPress={() => setStep("transfer")}>{text("users.transfer")}</Button>
            <Button isPending={link.busy} onPress={() => void link.send(license.id, user.email)}>
              {text("users.sendLink")}
            </Button>
            <Button look="danger" onPress={() => setStep("remove")}>
              {text("users.remove")}
            </Button>
          </div>
          {problem && <Notice look="bad">{problem}</Notice>}
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
