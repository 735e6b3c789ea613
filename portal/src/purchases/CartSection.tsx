import { useQuery } from "@apollo/client/react";
import { useState } from "react";

import { failureOf } from "../api/failure";
import { CartIcon } from "../design/icons";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { CartDocument, type PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { CartLineRow } from "./CartLineRow";
import { CartTotal } from "./CartTotal";
import { PurchaseDialog } from "./PurchaseDialog";

/** The cart: its lines, its total, and the way to the confirmation. */
export function CartSection() {
  const text = useText();
  const { data, error, refetch } = useQuery(CartDocument, { fetchPolicy: "cache-and-network" });
  const [purchase, setPurchase] = useState<PurchaseContentsFragment | null>(null);
  const cart = data?.account.cart;
  const close = () => {
    setPurchase(null);
    // A paid cart is empty, and only the server knows.
    void refetch();
  };
  return (
    <Section title={text("purchases.cart")}>
      {error && !cart && <FailureNotice failure={failureOf(error)} again={() => void refetch()} />}
      {!cart && !error && <Skeleton lines={2} />}
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
          <CartTotal cart={cart} onValidated={setPurchase} />
        </div>
      )}
      {purchase && (
        <PurchaseDialog
          purchase={purchase}
          cartVersion={cart?.version ?? ""}
          onValidated={setPurchase}
          onClose={close}
        />
      )}
    </Section>
  );
}
