import { useApolloClient } from "@apollo/client/react";

import { useLanguage } from "../texts/language";
import { useText } from "../texts/useText";

/** Switches to the other language, which has its own name on the button. */
export function LanguageSwitch() {
  const text = useText();
  const { language, changeLanguage } = useLanguage();
  const client = useApolloClient();
  const other = language === "en" ? "fr-CA" : "en";
  const switchLanguage = () => {
    changeLanguage(other);
    // Names of packages come from the server. A query that fails shows its own notice.
    client.refetchObservableQueries().catch(() => undefined);
  };
  return (
    <button type="button" className="text-button" lang={other} onClick={switchLanguage}>
      {text(other === "en" ? "shell.english" : "shell.french")}
    </button>
  );
}
