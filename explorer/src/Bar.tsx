import { FilledVariables } from "./FilledVariables";
import { LastRun } from "./LastRun";
import { TokenOrKey } from "./TokenOrKey";
import { ViewerStatus } from "./ViewerStatus";

/** The line above GraphiQL: the viewer, the cost of the last run, and the variables that it filled in. */
export function Bar() {
  return (
    <header className="bar">
      <strong className="bar-title">Usher explorer</strong>
      <ViewerStatus />
      <TokenOrKey />
      <LastRun />
      <FilledVariables />
    </header>
  );
}
