import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

import { Notice } from "../design/Notice";
import { Page } from "../design/Page";
import { useSession } from "../session/SessionContext";
import { useText } from "../texts/useText";
import { AccountSessions } from "./AccountSessions";
import { OwnSessions } from "./OwnSessions";

type Scope = "mine" | "all";

/** The viewer's open sessions, and for viewers that manage users all sessions of the account. */
export default function SessionsPage() {
  const text = useText();
  const { can } = useSession();
  const [scope, setScope] = useState<Scope>("mine");
  const [done, setDone] = useState<string | null>(null);
  const all = scope === "all";
  return (
    <Page title={text("sessions.title")} intro={text(all ? "sessions.introAll" : "sessions.intro")}>
      {can("MANAGE_USERS") && (
        <ToggleButtonGroup
          className="toggles"
          aria-label={text("sessions.whose")}
          selectedKeys={[scope]}
          disallowEmptySelection
          onSelectionChange={([key]) => setScope(key as Scope)}
        >
          <ToggleButton className="toggle" id="mine">
            {text("sessions.mine")}
          </ToggleButton>
          <ToggleButton className="toggle" id="all">
            {text("sessions.all")}
          </ToggleButton>
        </ToggleButtonGroup>
      )}
      {done && <Notice variant="good">{done}</Notice>}
      {all ? <AccountSessions onDone={setDone} /> : <OwnSessions onDone={setDone} />}
    </Page>
  );
}
