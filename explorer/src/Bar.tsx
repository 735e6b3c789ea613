import { Filled } from "./Filled";
import { LastRun } from "./LastRun";
import { TokenOrKey } from "./TokenOrKey";
import { WhoAsks } from "./WhoAsks";

/** The line above GraphiQL: who asks, what the last run cost, and what it filled in. */
export function Bar() {
  return (
    <header className="bar">
      <strong className="bar-title">Usher explorer</strong>
      <WhoAsks />
      <TokenOrKey />
      <LastRun />
      <Filled />
    </header>
  );
}
