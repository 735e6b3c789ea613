import { createStore } from "./store";
import { placeholders } from "./tabs";

/** The names of the variables that the last result filled in. */
export const filledVariables = createStore<string[]>([]);

// The filled-in values by tab and variable. They are stored, because GraphiQL keeps its tabs over a reload.
const KEY = "usher.filled";
const filledValues: Record<string, string> = JSON.parse(localStorage.getItem(KEY) ?? "{}");

/** Whether a value is not the user's own: it is empty, a placeholder of the tabs, or was filled in before. */
export function isUntouched(tab: string, name: string, current: unknown): boolean {
  return current === "" || placeholders.has(String(current)) || filledValues[`${tab} ${name}`] === current;
}

export function remember(tab: string, name: string, value: string): void {
  filledValues[`${tab} ${name}`] = value;
  localStorage.setItem(KEY, JSON.stringify(filledValues));
}
