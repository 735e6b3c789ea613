import type { TextId } from "../texts/catalogues";
import { useText } from "../texts/useText";
import { useFacts } from "./facts";
import { LanguageSwitch } from "./LanguageSwitch";

const NAMES: Record<string, TextId> = { explorer: "shell.place.explorer", mailbox: "shell.place.mailbox" };

/** The other language, and what the installation serves beside the portal. */
export function Footer() {
  const text = useText();
  const places = useFacts().places.flatMap(({ kind, href }) => (NAMES[kind] ? [{ name: NAMES[kind], href }] : []));
  return (
    <footer className="foot">
      <span className="foot-text">{text("shell.noPassword")}</span>
      <LanguageSwitch />
      {places.map(({ name, href }) => (
        <a key={href} href={href}>
          {text(name)}
        </a>
      ))}
    </footer>
  );
}
