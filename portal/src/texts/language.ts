import { createContext, useContext } from "react";

import type { Language } from "./catalogues";

const KEY = "usher.language";

/** The saved language, else the first of the browser's that is supported. */
export function preferredLanguage(): Language {
  const candidates = [localStorage.getItem(KEY), ...navigator.languages];
  for (const each of candidates) {
    if (each?.toLowerCase().startsWith("fr")) return "fr-CA";
    if (each?.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

export function saveLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

export const LanguageContext = createContext<{
  language: Language;
  changeLanguage: (language: Language) => void;
} | null>(null);

export function useLanguage() {
  const context = useContext(LanguageContext);
  if (!context) throw new Error("useLanguage is called outside LanguageProvider.");
  return context;
}
