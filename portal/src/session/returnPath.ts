import { paths } from "../paths";

// The mailed link often opens in another window, so the path is in localStorage, which all windows share.
const KEY = "usher.return-to";

/** Saves the path that was open when the session ended. */
export function saveReturnPath(returnPath: string): void {
  if (!isPublic(returnPath)) localStorage.setItem(KEY, returnPath);
}

/** Returns the path to go to after signing in, and forgets it. */
export function takeReturnPath(): string {
  const returnPath = localStorage.getItem(KEY);
  localStorage.removeItem(KEY);
  // An open redirect must not be possible, so only a path of this site is returned.
  return returnPath?.startsWith("/") && !returnPath.startsWith("//") && !isPublic(returnPath)
    ? returnPath
    : paths.home;
}

function isPublic(returnPath: string): boolean {
  const [path] = returnPath.split("?");
  return path === paths.signIn || path === paths.activate || path === paths.openAccount || path === paths.home;
}
