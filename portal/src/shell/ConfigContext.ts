import { createContext, useContext } from "react";

/** The installation's configuration, as /portal.json gives it without a sign-in. */
export type PortalConfig = {
  installUrl: string;
  payments: string;
  places: { kind: string; href: string }[];
};

export const EMPTY_CONFIG: PortalConfig = { installUrl: "", payments: "", places: [] };

export const ConfigContext = createContext<PortalConfig>(EMPTY_CONFIG);

export const useConfig = () => useContext(ConfigContext);
