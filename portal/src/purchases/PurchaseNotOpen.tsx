import { useState } from "react";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { CartMoved } from "./CartMoved";
import { useValidate, type Validated } from "./useValidate";

type PurchaseNotOpenProps = {
  purchase: PurchaseContentsFragment;
  cartVersion: string;
  onValidated: (validated: Validated) => void;
  onClose: () => void;
};

/** The purchase is past what was asked of it: says what became of it, and offers to validate the cart anew. */
export function PurchaseNotOpen({ purchase, cartVersion, onValidated, onClose }: PurchaseNotOpenProps) {
  const text = useText();
  const { time } = useFormats();
  const { validate, busy, failure, problem, moved } = useValidate(onValidated);
  const [seenAt] = useState(() => Date.now());
  const done = purchase.state === "COMPLETED";
  const why = () => {
    if (done) return text("purchases.alreadyDone");
    if (purchase.state === "CANCELLED") return text("purchases.cancelled");
    if (purchase.state === "AWAITING_PAYMENT") return text("purchases.beingPaid");
    if (purchase.expiresAt && Date.parse(purchase.expiresAt) <= seenAt) {
      return text("purchases.expired", { time: time(purchase.expiresAt) });
    }
    return text("purchases.movedOn");
  };
  const again = () => void validate(moved?.version ?? cartVersion);
  return (
    <>
      <Notice look={done ? "info" : "warning"}>{why()}</Notice>
      {moved && (
        <Notice look="warning">
          <CartMoved before={{ ...moved, lines: [] }} after={moved} />
        </Notice>
      )}
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} again={again} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onClose}>
          {text("shell.close")}
        </Button>
        {!done && purchase.state !== "AWAITING_PAYMENT" && (
          <Button look="main" isPending={busy} onPress={again}>
            {text(moved ? "purchases.goOn" : "purchases.validateAgain")}
          </Button>
        )}
      </footer>
    </>
  );
}
