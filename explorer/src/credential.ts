import { createStore } from "./store";

/** The pasted access token or API key, if any. It is held in memory alone: a reload forgets it. */
export const pastedSecret = createStore<string | null>(null);

/** Adds the pasted secret, unless the Headers pane has an Authorization. The browser adds the session cookie. */
export function withCredential(headers: Record<string, string>): Record<string, string> {
  const secret = pastedSecret.get();
  const hasAuthorization = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return secret === null || hasAuthorization ? headers : { ...headers, Authorization: `Bearer ${secret}` };
}
