import type { TextId } from "../texts/catalogues";
import { useText } from "../texts/useText";
import { useLiveState } from "./LiveContext";
import type { LiveState } from "./subscribeToSeatCounts";

const NAMES: Record<LiveState, TextId> = {
  connecting: "shell.live.connecting",
  live: "shell.live",
  lost: "shell.live.lost",
};

/** Shows whether the counts are live. */
export function LiveIndicator() {
  const text = useText();
  const state = useLiveState();
  if (!state) return null;
  return (
    <p
      className={`live-light live-${state}`}
      role="status"
      title={text(state === "lost" ? "shell.live.lostAbout" : "shell.live.about")}
    >
      {text(NAMES[state])}
    </p>
  );
}
