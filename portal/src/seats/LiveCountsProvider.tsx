import { useApolloClient } from "@apollo/client/react";
import { type ReactNode, useEffect, useState } from "react";

import { useAnnounce } from "../design/useAnnounce";
import { useSession } from "../session/SessionContext";
import { useText } from "../texts/useText";
import { LiveContext } from "./LiveContext";
import { type SeatCountsUpdate, subscribeToSeatCounts, type LiveState } from "./subscribeToSeatCounts";

// Queries whose results a change of seats may also have changed.
const REFETCHED_QUERIES = new Set([
  "Users",
  "Holders",
  "ActiveHolders",
  "Purchases",
  "PeopleWithoutLicense",
  "Viewer",
  "Cart",
]);
const DEBOUNCE = 250;

/** Keeps the seat counts live for viewers that may see them, and announces each change. */
export function LiveCountsProvider({ children }: { children: ReactNode }) {
  const client = useApolloClient();
  const announce = useAnnounce();
  const text = useText();
  const canSee = useSession().can("VIEW_INVENTORY");
  const [state, setState] = useState<LiveState>("connecting");

  useEffect(() => {
    if (!canSee) return;
    let timer: number | undefined;
    const handleUpdate = (update: SeatCountsUpdate) => {
      if (update.snapshot) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const counts = update.pools.map(({ package: { name }, available, assigned, activated }) =>
          text("seats.announced", { name, available, assigned, activated }),
        );
        announce(counts.join(" "));
        void client.refetchQueries({
          include: "active",
          onQueryUpdated: ({ queryName }) => queryName !== undefined && REFETCHED_QUERIES.has(queryName),
        });
      }, DEBOUNCE);
    };
    const unsubscribe = subscribeToSeatCounts(client, setState, handleUpdate);
    return () => {
      window.clearTimeout(timer);
      unsubscribe();
    };
  }, [client, canSee, announce, text]);

  return <LiveContext value={canSee ? state : null}>{children}</LiveContext>;
}
