import { useState } from "react";

import { newIdempotencyKey } from "../api/newIdempotencyKey";
import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { ProceedToPurchaseDocument, type PurchaseContentsFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";
import { declineText } from "./testCards";

/** Where an accepted purchase has come to. */
export type Paying =
  | { at: "asking"; problem: string | null }
  | { at: "pending" | "done"; purchase: PurchaseContentsFragment }
  | { at: "not-open"; purchase: PurchaseContentsFragment };

/**
 * Accepts and pays. The idempotency key stays with the wish: a repeat after a lost answer finds the first charge. Another
 * card, or another try after a decline, is another wish.
 */
export function usePay(purchaseId: string) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(ProceedToPurchaseDocument);
  const [paying, setPaying] = useState<Paying>({ at: "asking", problem: null });
  const [wish, setWish] = useState({ card: "", key: newIdempotencyKey() });
  const refuse = (problem: string) => setPaying({ at: "asking", problem });

  const pay = async (card: string, acceptLicenses: boolean) => {
    const key = card === wish.card ? wish.key : newIdempotencyKey();
    setWish({ card, key });
    const input = { purchaseId, acceptLicenses, paymentMethod: card, idempotencyKey: key };
    const answer = (await run({ input }))?.proceedToPurchase;
    if (!answer) return;
    const isPending = answer.__typename === "PurchaseProceeded" && answer.purchase.state === "AWAITING_PAYMENT";
    // Answered: whatever comes next is a wish of its own, but for the look at what became of this one.
    if (!isPending) setWish({ card: "", key: "" });
    switch (answer.__typename) {
      case "PurchaseProceeded":
        return setPaying({ at: isPending ? "pending" : "done", purchase: answer.purchase });
      case "PaymentDeclinedError":
        return refuse(text("purchases.declined", { reason: text(declineText(answer.declineCode)) }));
      case "PurchaseNotOpenError":
        return setPaying({ at: "not-open", purchase: answer.purchase });
      case "PurchaseNotAcceptedError":
        return refuse(text("purchases.notAccepted"));
      case "IdempotencyMismatchError":
        return refuse(refusals.mismatch());
      case "InvalidInputError":
        return refuse(refusals.invalid(answer.fields));
      case "NotFoundError":
        return refuse(refusals.notFound());
      case "NotPermittedError":
        return refuse(refusals.notPermitted());
      default:
        return unreachable(answer);
    }
  };
  // The very same call asks the provider again: sooner than the relay would, and never for a second charge.
  const look = () => pay(wish.card, true);
  return { pay, look, busy, failure, paying };
}
