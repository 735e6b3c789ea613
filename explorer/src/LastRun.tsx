import { useCell } from "./cell";
import { lastRun, type Run } from "./last-run";

/** Says what the last run cost and what is left, or when to come back. */
export function LastRun() {
  const run = useCell(lastRun);
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
      return `${run.unchanged ? "Not changed. " : ""}Cost ${number(run.cost)}; ${number(run.left)} of ${number(run.most)} left`;
    case "free":
      return "Not charged";
    case "followed":
      return "Charged once, as it begins";
    case "refused":
      return `${run.status === 429 ? "Too much was asked for" : "Not to be had now"}. Come back in ${run.seconds} s, at ${run.at.toLocaleTimeString()}`;
  }
}

function number(value: number): string {
  return value.toLocaleString("en");
}

/** The ETag of the answer, as the Headers pane takes it. */
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
