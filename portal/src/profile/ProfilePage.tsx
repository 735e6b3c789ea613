import { EmptyState } from "../design/EmptyState";
import { BadgeIcon } from "../design/icons";
import { Page } from "../design/Page";
import { Section } from "../design/Section";
import { useSession } from "../session/SessionContext";
import { useText } from "../texts/useText";
import { OwnLicense } from "./OwnLicense";

/** The viewer's own license and details; the only page, besides the sessions, of a user without permissions. */
export default function ProfilePage() {
  const text = useText();
  const { viewer } = useSession();
  const { user, account } = viewer;
  if (!user) return null;
  const facts = [
    { name: text("profile.name"), value: `${user.firstName} ${user.lastName}` },
    { name: text("profile.email"), value: user.email },
    { name: text("profile.role"), value: text(`users.role.${user.role}`) },
    { name: text("profile.account"), value: account.name },
  ];
  return (
    <Page title={text("profile.title")} intro={text("profile.intro")}>
      <Section title={text("profile.license")}>
        <div className="card">
          {user.license ? (
            <OwnLicense license={user.license} account={account.name} />
          ) : (
            <EmptyState title={text("profile.none")} icon={<BadgeIcon />}>
              {text("profile.noneText", { account: account.name })}
            </EmptyState>
          )}
        </div>
      </Section>
      <Section title={text("profile.you")}>
        <dl className="card facts">
          {facts.map(({ name, value }) => (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </Page>
  );
}
