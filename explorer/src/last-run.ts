import { cell } from "./cell";

/** What the last run came to, as its headers tell it. */
export type Run =
  | { kind: "charged"; cost: number; left: number; most: number; unchanged: boolean; etag: string | null }
  | { kind: "free" }
  | { kind: "followed" }
  | { kind: "refused"; status: number; seconds: number; at: Date };

export const lastRun = cell<Run | null>(null);

/** Counts the mutations that were run: one of them may have changed who is signed in. */
export const changes = cell(0);

/** Reads Usher-Cost, RateLimit and RateLimit-Policy, or Retry-After where the call was refused. */
export function runOf({ status, headers }: Response): Run {
  const seconds = Number(headers.get("Retry-After"));
  if (status >= 400 && seconds > 0) {
    return { kind: "refused", status, seconds, at: new Date(Date.now() + seconds * 1000) };
  }
  const cost = headers.get("Usher-Cost");
  if (cost === null) return { kind: "free" };
  return {
    kind: "charged",
    cost: Number(cost),
    left: parameter(headers.get("RateLimit"), "r"),
    most: parameter(headers.get("RateLimit-Policy"), "q"),
    unchanged: status === 304,
    etag: headers.get("ETag"),
  };
}

/** One parameter of a field such as `"cost";r=299988;t=60`. */
function parameter(field: string | null, name: string): number {
  return Number(field?.match(new RegExp(`;\\s*${name}=(\\d+)`))?.[1]);
}
