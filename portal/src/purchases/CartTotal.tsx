import { useState } from "react";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import type { CartContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { CartChanges } from "./CartChanges";
import { useValidate, type Validated } from "./useValidate";

type CartTotalProps = { cart: CartContentsFragment; isPaying: boolean; onValidated: (validated: Validated) => void };

/** The total, and "Validate my purchases", which is disabled while a payment for these lines waits for the bank. */
export function CartTotal({ cart, isPaying, onValidated }: CartTotalProps) {
  const text = useText();
  const { money } = useFormats();
  const { validate, busy, failure, problem, changedCart } = useValidate(onValidated);
  // The cart that was validated: a CartChangedError replaces it in the cache, and so on the page.
  const [validatedCart, setValidatedCart] = useState(cart);
  const validateCart = () => {
    setValidatedCart(cart);
    void validate(cart.version);
  };
  return (
    <div className="cart-foot">
      {changedCart && (
        <Notice
          variant="warning"
          actions={
            <Button size="small" variant="main" isPending={busy} onPress={validateCart}>
              {text("purchases.goOn")}
            </Button>
          }
        >
          <CartChanges before={validatedCart} after={changedCart} />
        </Notice>
      )}
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={validateCart} />
      <div className="cart-sum">
        <p className="cart-total">
          <span>
            {text("purchases.total")} <small>{text("purchases.beforeTaxes")}</small>
          </span>
          <strong>{money(cart.total)}</strong>
        </p>
        <Button variant="main" isPending={busy} isDisabled={isPaying} onPress={validateCart}>
          {text("purchases.validate")}
        </Button>
      </div>
    </div>
  );
}
