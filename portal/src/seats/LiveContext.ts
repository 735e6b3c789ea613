import { createContext, useContext } from "react";

import type { LiveState } from "./subscribeToSeatCounts";

/** The state of the subscription to the seat counts; null for viewers that may not see them. */
export const LiveContext = createContext<LiveState | null>(null);

export const useLiveState = () => useContext(LiveContext);
