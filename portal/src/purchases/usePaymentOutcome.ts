import { useEffect, useState } from "react";

import { useAnnounce } from "../design/useAnnounce";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";

/**
 * Of the newest purchases: the one whose payment waits for the bank, and the number of the one that waited in this
 * window and was declined. A confirmed payment is announced; the counts and the cart show it.
 */
export function usePaymentOutcome(purchases: readonly PurchaseContentsFragment[]) {
  const text = useText();
  const announce = useAnnounce();
  const waiting = purchases.find(({ state }) => state === "AWAITING_PAYMENT") ?? null;
  const [watchedId, setWatchedId] = useState<string | null>(null);
  if (waiting && waiting.id !== watchedId) setWatchedId(waiting.id);
  const ended = waiting ? undefined : purchases.find(({ id }) => id === watchedId);

  const paid = ended?.state === "COMPLETED" ? ended.number : null;
  useEffect(() => {
    if (paid !== null) announce(text("purchases.confirmed", { number: paid }));
  }, [paid, announce, text]);
  // A newer purchase means that the decline was already seen.
  const declined = ended?.state === "FAILED" && ended === purchases[0] ? ended.number : null;
  return { waiting, declined };
}
