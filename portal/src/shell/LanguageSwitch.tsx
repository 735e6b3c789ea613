import { useLanguage } from "../texts/language";
import { useText } from "../texts/useText";

/** The other language, by its own name. */
export function LanguageSwitch() {
  const text = useText();
  const { language, choose } = useLanguage();
  const other = language === "en" ? "fr-CA" : "en";
  return (
    <button type="button" className="text-button" lang={other} onClick={() => choose(other)}>
      {text(other === "en" ? "shell.english" : "shell.french")}
    </button>
  );
}
