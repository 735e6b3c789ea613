import { lastRun, type Run } from "./last-run";
import { useStore } from "./store";

/** Shows the cost of the last run and the remaining budget, or when to retry. */
export function LastRun() {
  const run = useStore(lastRun);
  const etag = run?.kind === "charged" ? run.etag : null;
  return (
    <>
      {etag && <Etag etag={etag} />}
      <span role="status" className={run?.kind === "refused" ? "bar-run bar-refused" : "bar-run"}>
        {run && describe(run)}
      </span>
    </>
  );
}

function describe(run: Run): string {
  switch (run.kind) {
    case "charged":
      return `${run.unchanged ? "Not changed. " : ""}Cost ${number(run.cost)}; ${number(run.remaining)} of ${number(run.limit)} left`;
    case "free":
      return "Not charged";
    case "subscribed":
      return "Charged once, as it begins";
    case "refused":
      return `${run.status === 429 ? "Too much was asked for" : "Not to be had now"}. Come back in ${run.seconds} s, at ${run.at.toLocaleTimeString()}`;
  }
}

function number(value: number): string {
  return value.toLocaleString("en");
}

/** The ETag of the response, in the format of the Headers pane. */
function Etag({ etag }: { etag: string }) {
  return (
    <>
      <button type="button" className="bar-button" popoverTarget="etag">
        ETag
      </button>
      <div popover="auto" id="etag" className="bar-panel">
        <p>With this in Headers, the same query is answered with 304 and costs 1 until something changes:</p>
        <code>{JSON.stringify({ "If-None-Match": etag })}</code>
      </div>
    </>
  );
}
