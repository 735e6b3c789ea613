import { paths } from "../paths";

/** The token of a mailed link; broken if a mail program has cut it. */
export type MailedToken = { kind: "none" } | { kind: "broken" } | { kind: "token"; token: string };

const TOKEN_FORMAT = /^[A-Za-z0-9_-]{16,200}$/;

/**
 * The token in the URL that this page was opened with. It is read first, and removed from the address bar and the
 * history at once; it is held in memory alone, and used by a press on a button.
 */
export const mailedToken: MailedToken = readToken();

function readToken(): MailedToken {
  const { pathname, searchParams } = new URL(window.location.href);
  if (pathname !== paths.signIn && pathname !== paths.activate) return { kind: "none" };
  const token = searchParams.get("token");
  if (token === null) return { kind: "none" };
  window.history.replaceState(null, "", pathname);
  return TOKEN_FORMAT.test(token) ? { kind: "token", token } : { kind: "broken" };
}
