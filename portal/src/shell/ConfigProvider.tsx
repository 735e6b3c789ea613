import { type ReactNode, useEffect, useState } from "react";

import { type PortalConfig, ConfigContext, EMPTY_CONFIG } from "./ConfigContext";

const RETRY_DELAY = 3000;

/** Loads the configuration; everything that does not need it is rendered meanwhile. */
export function ConfigProvider({ children }: { children: ReactNode }) {
  const [config, setConfig] = useState(EMPTY_CONFIG);
  useEffect(() => {
    let timer: number | undefined;
    const load = async () => {
      try {
        const response = await fetch("/portal.json");
        if (!response.ok) throw new Error(response.statusText);
        setConfig((await response.json()) as PortalConfig);
      } catch {
        timer = window.setTimeout(() => void load(), RETRY_DELAY);
      }
    };
    void load();
    return () => window.clearTimeout(timer);
  }, []);
  return <ConfigContext value={config}>{children}</ConfigContext>;
}
