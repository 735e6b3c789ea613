import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";

import { toFailure } from "../api/failure";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { CartIcon } from "../design/icons";
import { Notice } from "../design/Notice";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { CartDocument, type CartContentsFragment, type PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { onCartChangedElsewhere } from "./cartChannel";
import { CartLineRow } from "./CartLineRow";
import { CartTotal } from "./CartTotal";
import { PurchaseDialog } from "./PurchaseDialog";
import { usePaymentOutcome } from "./usePaymentOutcome";
import type { Validated } from "./useValidate";
import { WaitingPayment } from "./WaitingPayment";

const POLL_INTERVAL = 2000;

/** The cart: its lines, its total, and the dialog that confirms the purchase. */
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
    // The list of purchases says whether a payment waits.
    void refetch();
  };

  useEffect(() => onCartChangedElsewhere(() => void refetch()), [refetch]);
  // No event is pushed when the bank declines.
  useEffect(() => {
    if (isWaiting) startPolling(POLL_INTERVAL);
    else stopPolling();
  }, [isWaiting, startPolling, stopPolling]);

  return (
    <Section title={text("purchases.cart")}>
      {error && !cart && <FailureNotice failure={toFailure(error)} onRetry={() => void refetch()} />}
      {!cart && !error && <Skeleton lines={2} />}
      {waiting && <WaitingPayment purchase={waiting} />}
      {declined !== null && <Notice variant="warning">{text("purchases.waitedInVain", { number: declined })}</Notice>}
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
          <CartTotal cart={cart} isPaying={waiting !== null && contains(cart, waiting)} onValidated={setValidated} />
        </div>
      )}
      {validated && (
        <PurchaseDialog {...validated} cartVersion={cart?.version ?? ""} onValidated={setValidated} onClose={close} />
      )}
    </Section>
  );
}

/** Whether all lines of a purchase are in the cart, where they stay until it is paid. */
function contains(cart: CartContentsFragment, purchase: PurchaseContentsFragment): boolean {
  return purchase.lines.every((bought) =>
    cart.lines.some((line) => line.package.id === bought.package.id && line.quantity >= bought.quantity),
  );
}
