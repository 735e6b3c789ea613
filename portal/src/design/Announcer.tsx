import { type ReactNode, useCallback, useRef, useState } from "react";

import { AnnounceContext } from "./useAnnounce";

/** Where results are said to who cannot see them appear. One region for all, so that none is lost with its component. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState("");
  const again = useRef(false);
  const announce = useCallback((text: string) => {
    // The same words twice are two announcements: a zero-width space makes the second differ.
    again.current = !again.current;
    setSaid(again.current ? text : `${text}\u200b`);
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      {/* react-aria hides what lies behind a dialog, but not what bears this mark. */}
      <div className="visually-hidden" role="status" data-live-announcer="true">
        {said}
      </div>
    </AnnounceContext>
  );
}
