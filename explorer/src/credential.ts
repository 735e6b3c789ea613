import { cell } from "./cell";

/** The access token or API key that was pasted, if any. It is kept nowhere else: a reload forgets it. */
export const pasted = cell<string | null>(null);

/** The headers of a call: the pasted secret's, unless the Headers pane says otherwise. A browser adds the cookie itself. */
export function withCredential(headers: Record<string, string>): Record<string, string> {
  const secret = pasted.get();
  const named = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return secret === null || named ? headers : { ...headers, Authorization: `Bearer ${secret}` };
}
