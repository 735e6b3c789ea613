import { type ReactNode, useEffect, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { IntlProvider } from "react-intl";

import { catalogues } from "./catalogues";
import { firstLanguage, keepLanguage, LanguageContext } from "./language";

// Which numbers and dates go with each language; both are of Canada.
const LOCALES = { en: "en-CA", "fr-CA": "fr-CA" } as const;

/** Everything inside speaks the reader's language: texts, numbers, dates, and what react-aria says by itself. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = (chosen: typeof language) => {
    keepLanguage(chosen);
    setLanguage(chosen);
  };
  return (
    <LanguageContext value={{ language, choose }}>
      <IntlProvider locale={LOCALES[language]} messages={catalogues[language]} defaultLocale="en-CA">
        <I18nProvider locale={LOCALES[language]}>{children}</I18nProvider>
      </IntlProvider>
    </LanguageContext>
  );
}
