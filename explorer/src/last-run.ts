import { createStore } from "./store";

/** The outcome of a run, by its response headers. */
export type Run =
  | { kind: "charged"; cost: number; remaining: number; limit: number; unchanged: boolean; etag: string | null }
  | { kind: "free" }
  | { kind: "subscribed" }
  | { kind: "refused"; status: number; seconds: number; at: Date };

export const lastRun = createStore<Run | null>(null);

/** The number of mutations that were run: each may have changed the viewer. */
export const mutationCount = createStore(0);

/** Reads Usher-Cost, RateLimit and RateLimit-Policy, or Retry-After if the request was refused. */
export function toRun({ status, headers }: Response): Run {
  const seconds = Number(headers.get("Retry-After"));
  if (status >= 400 && seconds > 0) {
    return { kind: "refused", status, seconds, at: new Date(Date.now() + seconds * 1000) };
  }
  const cost = headers.get("Usher-Cost");
  if (cost === null) return { kind: "free" };
  return {
    kind: "charged",
    cost: Number(cost),
    remaining: parameter(headers.get("RateLimit"), "r"),
    limit: parameter(headers.get("RateLimit-Policy"), "q"),
    unchanged: status === 304,
    etag: headers.get("ETag"),
  };
}

/** One parameter of a header such as `"cost";r=299988;t=60`. */
function parameter(field: string | null, name: string): number {
  return Number(field?.match(new RegExp(`;\\s*${name}=(\\d+)`))?.[1]);
}
