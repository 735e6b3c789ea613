import { useApolloClient } from "@apollo/client/react";

import { useLanguage } from "../texts/language";
import { useText } from "../texts/useText";

/** The other language, by its own name. */
export function LanguageSwitch() {
  const text = useText();
  const { language, choose } = useLanguage();
  const client = useApolloClient();
  const other = language === "en" ? "fr-CA" : "en";
  const speakOther = () => {
    choose(other);
    // Names of packages come from the server. A query that fails says so where it stands.
    client.refetchObservableQueries().catch(() => undefined);
  };
  return (
    <button type="button" className="text-button" lang={other} onClick={speakOther}>
      {text(other === "en" ? "shell.english" : "shell.french")}
    </button>
  );
}
