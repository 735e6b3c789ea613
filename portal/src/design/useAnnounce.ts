import { createContext, useContext } from "react";

export const AnnounceContext = createContext<(text: string) => void>(() => undefined);

/** Announces a result to screen readers. */
export const useAnnounce = () => useContext(AnnounceContext);
