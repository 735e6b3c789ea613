import { useState } from "react";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import type { CartContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { CartMoved } from "./CartMoved";
import { useValidate, type Validated } from "./useValidate";

type CartTotalProps = { cart: CartContentsFragment; isPaying: boolean; onValidated: (validated: Validated) => void };

/** What the cart comes to, and "Validate my purchases", which is off while the bank has yet to confirm what is in it. */
export function CartTotal({ cart, isPaying, onValidated }: CartTotalProps) {
  const text = useText();
  const { money } = useFormats();
  const { validate, busy, failure, problem, moved } = useValidate(onValidated);
  // The cart as it was looked at: the answer that it has moved also puts the new one on the page.
  const [seen, setSeen] = useState(cart);
  const press = () => {
    setSeen(cart);
    void validate(cart.version);
  };
  return (
    <div className="cart-foot">
      {moved && (
        <Notice
          look="warning"
          actions={
            <Button size="small" look="main" isPending={busy} onPress={press}>
              {text("purchases.goOn")}
            </Button>
          }
        >
          <CartMoved before={seen} after={moved} />
        </Notice>
      )}
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} again={press} />
      <div className="cart-sum">
        <p className="cart-total">
          <span>
            {text("purchases.total")} <small>{text("purchases.beforeTaxes")}</small>
          </span>
          <strong>{money(cart.total)}</strong>
        </p>
        <Button look="main" isPending={busy} isDisabled={isPaying} onPress={press}>
          {text("purchases.validate")}
        </Button>
      </div>
    </div>
  );
}
