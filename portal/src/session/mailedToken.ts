import { paths } from "../paths";

/** What a mailed link brought: a token, or something that is none because a mail program cut it. */
export type MailedToken = { kind: "none" } | { kind: "broken" } | { kind: "token"; token: string };

const GOOD = /^[A-Za-z0-9_-]{16,200}$/;

/**
 * The token of the address this page was opened at. Read before anything else runs, and taken out of the address bar and
 * the history at once; it is held in memory alone, and used up by nothing but a press on a button.
 */
export const mailedToken: MailedToken = take();

function take(): MailedToken {
  const { pathname, searchParams } = new URL(window.location.href);
  if (pathname !== paths.signIn && pathname !== paths.activate) return { kind: "none" };
  const token = searchParams.get("token");
  if (token === null) return { kind: "none" };
  window.history.replaceState(null, "", pathname);
  return GOOD.test(token) ? { kind: "token", token } : { kind: "broken" };
}
