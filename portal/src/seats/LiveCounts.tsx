import { useApolloClient } from "@apollo/client/react";
import { type ReactNode, useEffect, useState } from "react";

import { useAnnounce } from "../design/useAnnounce";
import { useSession } from "../session/SessionContext";
import { useText } from "../texts/useText";
import { type Change, followSeatCounts, type LiveState } from "./followSeatCounts";
import { LiveContext } from "./live";

// What a change of seats may also have changed, where it is on the page.
const LISTS = new Set(["Users", "Holders", "ActiveHolders", "Purchases", "PeopleWithoutLicense", "Viewer", "Cart"]);
const TOGETHER_WITHIN = 250;

/** Keeps every count inside moving, for who may see them, and says each change. */
export function LiveCounts({ children }: { children: ReactNode }) {
  const client = useApolloClient();
  const announce = useAnnounce();
  const text = useText();
  const maySee = useSession().may("VIEW_INVENTORY");
  const [state, setState] = useState<LiveState>("connecting");

  useEffect(() => {
    if (!maySee) return;
    let timer: number | undefined;
    const changed = (change: Change) => {
      if (change.snapshot) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const counts = change.pools.map(({ package: { name }, available, assigned, activated }) =>
          text("seats.announced", { name, available, assigned, activated }),
        );
        announce(counts.join(" "));
        void client.refetchQueries({
          include: "active",
          onQueryUpdated: ({ queryName }) => queryName !== undefined && LISTS.has(queryName),
        });
      }, TOGETHER_WITHIN);
    };
    const stop = followSeatCounts(client, setState, changed);
    return () => {
      window.clearTimeout(timer);
      stop();
    };
  }, [client, maySee, announce, text]);

  return <LiveContext value={maySee ? state : null}>{children}</LiveContext>;
}
