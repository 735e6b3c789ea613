import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";

import { failureOf } from "../api/failure";
import { CartIcon } from "../design/icons";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { CartDocument, type CartContentsFragment, type PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { CartLineRow } from "./CartLineRow";
import { CartTotal } from "./CartTotal";
import { onChangeElsewhere } from "./otherWindows";
import { PurchaseDialog } from "./PurchaseDialog";
import { usePaymentOutcome } from "./usePaymentOutcome";
import type { Validated } from "./useValidate";
import { WaitingPayment } from "./WaitingPayment";

const LOOK_EVERY = 2000;

/** The cart: its lines, its total, and the way to the confirmation. */
export function CartSection() {
  const text = useText();
  const { data, error, refetch, startPolling, stopPolling } = useQuery(CartDocument, {
    fetchPolicy: "cache-and-network",
  });
  const [validated, setValidated] = useState<Validated | null>(null);
  const cart = data?.account.cart;
  const { waiting, declined } = usePaymentOutcome(data?.account.purchases.nodes ?? []);
  const isWaiting = waiting !== null;
  const close = () => {
    setValidated(null);
    // Whether a payment waits is told by the list of purchases.
    void refetch();
  };

  useEffect(() => onChangeElsewhere(() => void refetch()), [refetch]);
  // Nothing is pushed when the bank declines.
  useEffect(() => {
    if (isWaiting) startPolling(LOOK_EVERY);
    else stopPolling();
  }, [isWaiting, startPolling, stopPolling]);

  return (
    <Section title={text("purchases.cart")}>
      {error && !cart && <FailureNotice failure={failureOf(error)} again={() => void refetch()} />}
      {!cart && !error && <Skeleton lines={2} />}
      {waiting && <WaitingPayment purchase={waiting} />}
      {declined !== null && <Notice look="warning">{text("purchases.waitedInVain", { number: declined })}</Notice>}
      {cart?.lines.length === 0 && (
        <div className="card">
          <EmptyState title={text("purchases.cartEmpty")} icon={<CartIcon />}>
            {text("purchases.cartEmptyText")}
          </EmptyState>
        </div>
      )}
      {cart && cart.lines.length > 0 && (
        <div className="card cart">
          <ul className="cart-lines">
            {cart.lines.map((line) => (
              <CartLineRow key={line.id} line={line} />
            ))}
          </ul>
          <CartTotal cart={cart} isPaying={waiting !== null && holds(cart, waiting)} onValidated={setValidated} />
        </div>
      )}
      {validated && (
        <PurchaseDialog {...validated} cartVersion={cart?.version ?? ""} onValidated={setValidated} onClose={close} />
      )}
    </Section>
  );
}

/** Whether everything that a purchase is of is in the cart, where it stays until it is paid. */
function holds(cart: CartContentsFragment, purchase: PurchaseContentsFragment): boolean {
  return purchase.lines.every((bought) =>
    cart.lines.some((line) => line.package.id === bought.package.id && line.quantity >= bought.quantity),
  );
}
