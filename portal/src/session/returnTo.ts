import { paths } from "../paths";

// The mailed link often opens in another window: what is to be remembered lies where every window finds it.
const KEY = "usher.return-to";

/** Remember where somebody was when their session ended. */
export function rememberPlace(place: string): void {
  if (!isOpenToAll(place)) localStorage.setItem(KEY, place);
}

/** Where to go after signing in; told once. */
export function takePlace(): string {
  const place = localStorage.getItem(KEY);
  localStorage.removeItem(KEY);
  // Whatever else might write there: only ever a place of this site.
  return place?.startsWith("/") && !place.startsWith("//") && !isOpenToAll(place) ? place : paths.home;
}

function isOpenToAll(place: string): boolean {
  const [path] = place.split("?");
  return path === paths.signIn || path === paths.activate || path === paths.openAccount || path === paths.home;
}
