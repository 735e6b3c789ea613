import { createContext, useContext } from "react";

import type { Language } from "./catalogues";

const KEY = "usher.language";

/** The language chosen here before, else the first of the browser's that is spoken. */
export function firstLanguage(): Language {
  const wished = [localStorage.getItem(KEY), ...navigator.languages];
  for (const each of wished) {
    if (each?.toLowerCase().startsWith("fr")) return "fr-CA";
    if (each?.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

export const LanguageContext = createContext<{ language: Language; choose: (language: Language) => void } | null>(
  null,
);

export function useLanguage() {
  const found = useContext(LanguageContext);
  if (!found) throw new Error("useLanguage is called outside LanguageProvider.");
  return found;
}
