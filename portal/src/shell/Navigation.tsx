import { NavLink } from "react-router";

import { BadgeIcon, DeviceIcon, GlobeIcon, PeopleIcon, ReceiptIcon, SeatsIcon } from "../design/icons";
import type { Permission } from "../gql/graphql";
import { paths } from "../paths";
import { useSession } from "../session/SessionContext";
import type { TextId } from "../texts/catalogues";
import { useText } from "../texts/useText";

type Entry = { to: string; name: TextId; icon: () => React.JSX.Element; needs: Permission | null };
type Group = { name: TextId; entries: Entry[] };

// Pages about integrations (API keys) belong under Options, after Domains.
const GROUPS: Group[] = [
  {
    name: "shell.options",
    entries: [
      { to: paths.licenses, name: "shell.licenses", icon: SeatsIcon, needs: "PURCHASE" },
      { to: paths.purchases, name: "shell.purchases", icon: ReceiptIcon, needs: "VIEW_BILLING" },
      { to: paths.domains, name: "shell.domains", icon: GlobeIcon, needs: "MANAGE_DOMAINS" },
    ],
  },
  {
    name: "shell.people",
    entries: [{ to: paths.users, name: "shell.users", icon: PeopleIcon, needs: "MANAGE_USERS" }],
  },
  {
    name: "shell.you",
    entries: [
      { to: paths.profile, name: "shell.profile", icon: BadgeIcon, needs: null },
      { to: paths.sessions, name: "shell.sessions", icon: DeviceIcon, needs: null },
    ],
  },
];

/** Links to the pages that the viewer's permissions open. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const text = useText();
  const { can } = useSession();
  const groups = GROUPS.map((group) => ({
    ...group,
    entries: group.entries.filter(({ needs }) => needs === null || can(needs)),
  })).filter(({ entries }) => entries.length > 0);
  return (
    <nav className="navigation" aria-label={text("shell.navigation")}>
      {groups.map(({ name, entries }) => (
        <div key={name} className="navigation-group">
          <p className="navigation-heading" id={name}>
            {text(name)}
          </p>
          <ul aria-labelledby={name}>
            {entries.map(({ to, name: title, icon: Icon }) => (
              <li key={to}>
                <NavLink className="navigation-link" to={to} onClick={onNavigate}>
                  <Icon />
                  <span>{text(title)}</span>
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
