import { cell } from "./cell";
import { placeholders } from "./tabs";

/** The names of the variables that the last answer filled in. */
export const filledIn = cell<string[]>([]);

// What was filled in, by tab and variable. GraphiQL keeps the tabs over a reload, and what is in them is to be known again.
const KEY = "usher.filled";
const kept: Record<string, string> = JSON.parse(localStorage.getItem(KEY) ?? "{}");

/** Whether nobody has typed it: it is empty, one of the tabs' own placeholders, or was filled in here before. */
export function isUntouched(tab: string, name: string, current: unknown): boolean {
  return current === "" || placeholders.has(String(current)) || kept[`${tab} ${name}`] === current;
}

export function remember(tab: string, name: string, value: string): void {
  kept[`${tab} ${name}`] = value;
  localStorage.setItem(KEY, JSON.stringify(kept));
}
