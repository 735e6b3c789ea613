import { useState } from "react";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { CartChanges } from "./CartChanges";
import { useValidate, type Validated } from "./useValidate";

type PurchaseNotOpenProps = {
  purchase: PurchaseContentsFragment;
  cartVersion: string;
  onValidated: (validated: Validated) => void;
  onClose: () => void;
};

/** The purchase is no longer open: says why, and offers to validate the cart again. */
export function PurchaseNotOpen({ purchase, cartVersion, onValidated, onClose }: PurchaseNotOpenProps) {
  const text = useText();
  const { time } = useFormats();
  const { validate, busy, failure, problem, changedCart } = useValidate(onValidated);
  const [openedAt] = useState(() => Date.now());
  const done = purchase.state === "COMPLETED";
  const reason = () => {
    if (done) return text("purchases.alreadyDone");
    if (purchase.state === "CANCELLED") return text("purchases.cancelled");
    if (purchase.state === "AWAITING_PAYMENT") return text("purchases.beingPaid");
    if (purchase.expiresAt && Date.parse(purchase.expiresAt) <= openedAt) {
      return text("purchases.expired", { time: time(purchase.expiresAt) });
    }
    return text("purchases.movedOn");
  };
  const validateAgain = () => void validate(changedCart?.version ?? cartVersion);
  return (
    <>
      <Notice variant={done ? "info" : "warning"}>{reason()}</Notice>
      {changedCart && (
        <Notice variant="warning">
          <CartChanges before={{ ...changedCart, lines: [] }} after={changedCart} />
        </Notice>
      )}
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={validateAgain} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onClose}>
          {text("shell.close")}
        </Button>
        {!done && purchase.state !== "AWAITING_PAYMENT" && (
          <Button variant="main" isPending={busy} onPress={validateAgain}>
            {text(changedCart ? "purchases.goOn" : "purchases.validateAgain")}
          </Button>
        )}
      </footer>
    </>
  );
}
