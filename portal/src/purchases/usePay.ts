import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { newIdempotencyKey } from "../api/newIdempotencyKey";
import { useApiMutation } from "../api/useApiMutation";
import { ProceedToPurchaseDocument, type PurchaseContentsFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { declineText } from "./testCards";

/** The step that the payment of a purchase has reached. */
export type PaymentStep =
  | { step: "asking"; problem: string | null }
  | { step: "pending" | "done"; purchase: PurchaseContentsFragment }
  | { step: "not-open"; purchase: PurchaseContentsFragment };

/**
 * Accepts and pays. A retry keeps its idempotency key, so that after a lost response it finds the first charge. Another
 * card, or another try after a decline, is a new request with a new key.
 */
export function usePay(purchaseId: string) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(ProceedToPurchaseDocument);
  const [payment, setPayment] = useState<PaymentStep>({ step: "asking", problem: null });
  const [request, setRequest] = useState({ card: "", key: newIdempotencyKey() });
  const refuse = (problem: string) => setPayment({ step: "asking", problem });

  const pay = async (card: string, acceptLicenses: boolean) => {
    const key = card === request.card ? request.key : newIdempotencyKey();
    setRequest({ card, key });
    const input = { purchaseId, acceptLicenses, paymentMethod: card, idempotencyKey: key };
    const result = (await run({ input }))?.proceedToPurchase;
    if (!result) return;
    const isPending = result.__typename === "PurchaseProceeded" && result.purchase.state === "AWAITING_PAYMENT";
    // With a final result the next call is a new request; while the payment is pending, a poll keeps the key.
    if (!isPending) setRequest({ card: "", key: "" });
    switch (result.__typename) {
      case "PurchaseProceeded":
        return setPayment({ step: isPending ? "pending" : "done", purchase: result.purchase });
      case "PaymentDeclinedError":
        return refuse(text("purchases.declined", { reason: text(declineText(result.declineCode)) }));
      case "PurchaseNotOpenError":
        return setPayment({ step: "not-open", purchase: result.purchase });
      case "PurchaseNotAcceptedError":
        return refuse(text("purchases.notAccepted"));
      case "IdempotencyMismatchError":
        return refuse(refusals.mismatch());
      case "InvalidInputError":
        return refuse(refusals.invalid(result.fields));
      case "NotFoundError":
        return refuse(refusals.notFound());
      case "NotPermittedError":
        return refuse(refusals.notPermitted());
      default:
        return assertNever(result);
    }
  };
  // The same request makes the server check with the payment provider, sooner than the relay would; it charges once.
  const poll = () => pay(request.card, true);
  return { pay, poll, busy, failure, payment };
}
