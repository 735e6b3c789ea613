import { type ReactNode, useEffect, useState } from "react";

import { type Facts, FactsContext, NO_FACTS } from "./facts";

const TRY_AGAIN_AFTER = 3000;

/** Fetches the facts; what needs none of them is shown meanwhile. */
export function FactsProvider({ children }: { children: ReactNode }) {
  const [facts, setFacts] = useState(NO_FACTS);
  useEffect(() => {
    let timer: number | undefined;
    const ask = async () => {
      try {
        const response = await fetch("/portal.json");
        if (!response.ok) throw new Error(response.statusText);
        setFacts((await response.json()) as Facts);
      } catch {
        timer = window.setTimeout(() => void ask(), TRY_AGAIN_AFTER);
      }
    };
    void ask();
    return () => window.clearTimeout(timer);
  }, []);
  return <FactsContext value={facts}>{children}</FactsContext>;
}
