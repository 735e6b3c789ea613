import { createContext, useContext } from "react";

import type { LiveState } from "./followSeatCounts";

/** Whether counts move by themselves now; null for who may not see them. */
export const LiveContext = createContext<LiveState | null>(null);

export const useLive = () => useContext(LiveContext);
