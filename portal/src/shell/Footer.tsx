import type { TextId } from "../texts/catalogues";
import { useText } from "../texts/useText";
import { useConfig } from "./ConfigContext";
import { LanguageSwitch } from "./LanguageSwitch";

const NAMES: Record<string, TextId> = { explorer: "shell.place.explorer", mailbox: "shell.place.mailbox" };

/** The language switch, and links to the other pages of the installation: the explorer, and the demo's mailbox. */
export function Footer() {
  const text = useText();
  const links = useConfig().places.flatMap(({ kind, href }) => (NAMES[kind] ? [{ name: NAMES[kind], href }] : []));
  return (
    <footer className="foot">
      <span className="foot-text">{text("shell.noPassword")}</span>
      <LanguageSwitch />
      {links.map(({ name, href }) => (
        <a key={href} href={href}>
          {text(name)}
        </a>
      ))}
    </footer>
  );
}
