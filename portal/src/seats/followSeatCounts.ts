import type { ApolloClient } from "@apollo/client";

import { failureOf } from "../api/failure";
import { onConnected } from "../api/overWebSocket";
import { SeatCountsChangedDocument, type SeatCountsChangedSubscription } from "../gql/graphql";

export type LiveState = "connecting" | "live" | "lost";
export type Change = SeatCountsChangedSubscription["seatCountsChanged"];

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * Follows the seat counts until told to stop. Each answer lands in Apollo's cache, where every count on the page reads
 * it. A lost connection is taken up again from the last version seen, so that nothing is missed and nothing told twice.
 */
export function followSeatCounts(
  client: ApolloClient,
  told: (state: LiveState) => void,
  changed: (change: Change) => void,
): () => void {
  let after: string | null = null;
  let wait = FIRST_WAIT;
  let timer: number | undefined;
  let subscription: { unsubscribe: () => void } | undefined;

  const again = (error?: unknown) => {
    subscription?.unsubscribe();
    const failure = error === undefined ? null : failureOf(error).kind;
    if (failure === "signed-out" || failure === "not-permitted" || failure === "outdated") return;
    // The account is older than what was seen: a restored backup. Begin anew.
    if (failure === "stale-version") after = null;
    told("lost");
    window.clearTimeout(timer);
    timer = window.setTimeout(begin, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };

  const begin = () => {
    subscription = client.subscribe({ query: SeatCountsChangedDocument, variables: { after } }).subscribe({
      next: ({ data, error }) => {
        if (error || !data) return again(error);
        after = data.seatCountsChanged.version;
        told("live");
        changed(data.seatCountsChanged);
      },
      error: again,
      complete: again,
    });
  };

  const stopListening = onConnected(() => {
    wait = FIRST_WAIT;
    told("live");
  });
  begin();
  return () => {
    stopListening();
    window.clearTimeout(timer);
    subscription?.unsubscribe();
  };
}
