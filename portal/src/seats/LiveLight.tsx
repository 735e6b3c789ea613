import type { TextId } from "../texts/catalogues";
import { useText } from "../texts/useText";
import type { LiveState } from "./followSeatCounts";
import { useLive } from "./live";

const NAMES: Record<LiveState, TextId> = {
  connecting: "shell.live.connecting",
  live: "shell.live",
  lost: "shell.live.lost",
};

/** A light that says whether the counts move by themselves. */
export function LiveLight() {
  const text = useText();
  const state = useLive();
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
