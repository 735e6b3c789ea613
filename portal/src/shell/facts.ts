import { createContext, useContext } from "react";

/** What the server tells of the installation before anybody signs in. */
export type Facts = {
  installUrl: string;
  payments: string;
  places: { kind: string; href: string }[];
};

export const NO_FACTS: Facts = { installUrl: "", payments: "", places: [] };

export const FactsContext = createContext<Facts>(NO_FACTS);

export const useFacts = () => useContext(FactsContext);
