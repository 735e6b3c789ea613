import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { type CartContentsFragment, type PurchaseContentsFragment, ValidatePurchaseDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** A purchase that waits for acceptance, and the one whose place it took. */
export type Validated = { purchase: PurchaseContentsFragment; replaced: PurchaseContentsFragment | null };

/** Turns the cart that was looked at into a purchase at frozen prices; tells where the cart has moved meanwhile. */
export function useValidate(onValidated: (validated: Validated) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(ValidatePurchaseDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const [moved, setMoved] = useState<CartContentsFragment | null>(null);

  const validate = async (cartVersion: string) => {
    const answer = (await run({ input: { cartVersion } }))?.validatePurchase;
    if (!answer) return;
    setProblem(null);
    setMoved(null);
    switch (answer.__typename) {
      case "PurchaseValidated":
        return onValidated({ purchase: answer.purchase, replaced: answer.replaced });
      case "CartChangedError":
        return setMoved(answer.cart);
      case "CartEmptyError":
        refusals.notFound();
        return setProblem(text("purchases.cartEmpty"));
      case "InvalidInputError":
        return setProblem(refusals.invalid(answer.fields));
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return unreachable(answer);
    }
  };
  return { validate, busy, failure, problem, moved };
}
