import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

import { Notice } from "../design/Notice";
import { Page } from "../design/Page";
import { useSession } from "../session/SessionContext";
import { useText } from "../texts/useText";
import { AccountSessions } from "./AccountSessions";
import { OwnSessions } from "./OwnSessions";

type Whose = "mine" | "all";

/** Where one is signed in; for who manages users, where everybody is. */
export default function SessionsPage() {
  const text = useText();
  const { may } = useSession();
  const [whose, setWhose] = useState<Whose>("mine");
  const [done, setDone] = useState<string | null>(null);
  const all = whose === "all";
  return (
    <Page title={text("sessions.title")} intro={text(all ? "sessions.introAll" : "sessions.intro")}>
      {may("MANAGE_USERS") && (
        <ToggleButtonGroup
          className="toggles"
          aria-label={text("sessions.whose")}
          selectedKeys={[whose]}
          disallowEmptySelection
          onSelectionChange={([key]) => setWhose(key as Whose)}
        >
          <ToggleButton className="toggle" id="mine">
            {text("sessions.mine")}
          </ToggleButton>
          <ToggleButton className="toggle" id="all">
            {text("sessions.all")}
          </ToggleButton>
        </ToggleButtonGroup>
      )}
      {done && <Notice look="good">{done}</Notice>}
      {all ? <AccountSessions onDone={setDone} /> : <OwnSessions onDone={setDone} />}
    </Page>
  );
}
