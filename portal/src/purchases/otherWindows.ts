import { ApolloLink } from "@apollo/client";
import { map } from "rxjs";

const channel = new BroadcastChannel("usher.cart");

// What changes the cart, or what is being bought of it.
const CHANGES = new Set([
  "AddToCart",
  "ChangeCartLine",
  "RemoveFromCart",
  "ValidatePurchase",
  "ProceedToPurchase",
  "CancelPurchase",
]);

/** Tells the other windows of this browser, once the server has answered a change of the cart or of a purchase. */
export const tellOtherWindows = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    map((result) => {
      if (CHANGES.has(operation.operationName ?? "")) channel.postMessage("changed");
      return result;
    }),
  ),
);

export function onChangeElsewhere(listener: () => void): () => void {
  channel.addEventListener("message", listener);
  return () => channel.removeEventListener("message", listener);
}
