import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { type CartContentsFragment, type PurchaseContentsFragment, ValidatePurchaseDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** A purchase that waits for acceptance, and the one that it replaces. */
export type Validated = { purchase: PurchaseContentsFragment; replaced: PurchaseContentsFragment | null };

/** Turns the cart into a purchase at frozen prices; `changedCart` is the current cart if its version has moved on. */
export function useValidate(onValidated: (validated: Validated) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(ValidatePurchaseDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const [changedCart, setChangedCart] = useState<CartContentsFragment | null>(null);

  const validate = async (cartVersion: string) => {
    const result = (await run({ input: { cartVersion } }))?.validatePurchase;
    if (!result) return;
    setProblem(null);
    setChangedCart(null);
    switch (result.__typename) {
      case "PurchaseValidated":
        return onValidated({ purchase: result.purchase, replaced: result.replaced });
      case "CartChangedError":
        return setChangedCart(result.cart);
      case "CartEmptyError":
        refusals.notFound();
        return setProblem(text("purchases.cartEmpty"));
      case "InvalidInputError":
        return setProblem(refusals.invalid(result.fields));
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return assertNever(result);
    }
  };
  return { validate, busy, failure, problem, changedCart };
}
