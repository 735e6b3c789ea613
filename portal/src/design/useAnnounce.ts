import { createContext, useContext } from "react";

export const AnnounceContext = createContext<(text: string) => void>(() => undefined);

/** Say a result to who uses a screen reader. */
export const useAnnounce = () => useContext(AnnounceContext);
