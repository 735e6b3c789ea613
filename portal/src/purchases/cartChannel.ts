import { ApolloLink } from "@apollo/client";
import { map } from "rxjs";

const channel = new BroadcastChannel("usher.cart");

// Mutations of the cart, or of a purchase made of it.
const CART_MUTATIONS = new Set([
  "AddToCart",
  "ChangeCartLine",
  "RemoveFromCart",
  "ValidatePurchase",
  "ProceedToPurchase",
  "CancelPurchase",
]);

/** Notifies the other windows of this browser of each completed mutation of the cart or of a purchase. */
export const cartBroadcastLink = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    map((result) => {
      if (CART_MUTATIONS.has(operation.operationName ?? "")) channel.postMessage("changed");
      return result;
    }),
  ),
);

export function onCartChangedElsewhere(listener: () => void): () => void {
  channel.addEventListener("message", listener);
  return () => channel.removeEventListener("message", listener);
}
