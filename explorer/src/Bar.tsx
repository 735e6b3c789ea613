import { LastRun } from "./LastRun";
import { TokenOrKey } from "./TokenOrKey";
import { WhoAsks } from "./WhoAsks";

/** The line above GraphiQL: who asks, and what the last run cost. */
export function Bar() {
  return (
    <header className="bar">
      <strong className="bar-title">Usher explorer</strong>
      <WhoAsks />
      <TokenOrKey />
      <LastRun />
    </header>
  );
}
