import { type ReactNode, useCallback, useRef, useState } from "react";

import { AnnounceContext } from "./useAnnounce";

/** The live region for screen readers. There is one for all results, so that none is lost with its component. */
export function Announcer({ children }: { children: ReactNode }) {
  const [announcement, setAnnouncement] = useState("");
  const alternate = useRef(false);
  const announce = useCallback((text: string) => {
    // A screen reader announces changes alone: a zero-width space makes a repeated text differ.
    alternate.current = !alternate.current;
    setAnnouncement(alternate.current ? text : `${text}\u200b`);
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      {/* react-aria hides everything behind a dialog but elements with this attribute. */}
      <div className="visually-hidden" role="status" data-live-announcer="true">
        {announcement}
      </div>
    </AnnounceContext>
  );
}
