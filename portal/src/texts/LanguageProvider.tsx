import { type ReactNode, useEffect, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { IntlProvider } from "react-intl";

import { catalogues } from "./catalogues";
import { preferredLanguage, saveLanguage, LanguageContext } from "./language";

// The locale of numbers and dates for each language; both are Canadian.
const LOCALES = { en: "en-CA", "fr-CA": "fr-CA" } as const;

/** Provides the language for texts, numbers, dates and react-aria's own labels. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferredLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const changeLanguage = (next: typeof language) => {
    saveLanguage(next);
    setLanguage(next);
  };
  return (
    <LanguageContext value={{ language, changeLanguage }}>
      <IntlProvider locale={LOCALES[language]} messages={catalogues[language]} defaultLocale="en-CA">
        <I18nProvider locale={LOCALES[language]}>{children}</I18nProvider>
      </IntlProvider>
    </LanguageContext>
  );
}
