import type { ApolloClient } from "@apollo/client";

import { toFailure } from "../api/failure";
import { onConnected } from "../api/webSocketLink";
import { SeatCountsChangedDocument, type SeatCountsChangedSubscription } from "../gql/graphql";

export type LiveState = "connecting" | "live" | "lost";
export type SeatCountsUpdate = SeatCountsChangedSubscription["seatCountsChanged"];

const FIRST_DELAY = 500;
const MAX_DELAY = 15_000;

/**
 * Subscribes to the seat counts until the returned function is called. Each update is written to Apollo's cache, which
 * every count on the page reads. After a lost connection the subscription resumes from the last version received, so
 * that no update is missed or repeated.
 */
export function subscribeToSeatCounts(
  client: ApolloClient,
  onState: (state: LiveState) => void,
  onUpdate: (update: SeatCountsUpdate) => void,
): () => void {
  let after: string | null = null;
  let delay = FIRST_DELAY;
  let timer: number | undefined;
  let subscription: { unsubscribe: () => void } | undefined;

  const reconnect = (error?: unknown) => {
    subscription?.unsubscribe();
    const failure = error === undefined ? null : toFailure(error).kind;
    if (failure === "signed-out" || failure === "not-permitted" || failure === "outdated") return;
    // The account is older than the last version received: a restored backup. Start over with a snapshot.
    if (failure === "stale-version") after = null;
    onState("lost");
    window.clearTimeout(timer);
    timer = window.setTimeout(subscribe, delay * (0.75 + Math.random() / 2));
    delay = Math.min(delay * 2, MAX_DELAY);
  };

  const subscribe = () => {
    subscription = client.subscribe({ query: SeatCountsChangedDocument, variables: { after } }).subscribe({
      next: ({ data, error }) => {
        if (error || !data) return reconnect(error);
        after = data.seatCountsChanged.version;
        onState("live");
        onUpdate(data.seatCountsChanged);
      },
      error: reconnect,
      complete: reconnect,
    });
  };

  const stopListening = onConnected(() => {
    delay = FIRST_DELAY;
    onState("live");
  });
  subscribe();
  return () => {
    stopListening();
    window.clearTimeout(timer);
    subscription?.unsubscribe();
  };
}
