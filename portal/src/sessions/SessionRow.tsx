import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Badge } from "../design/Badge";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { type OpenSessionFragment, RevokeSessionDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { describeClient } from "./describeClient";

type SessionRowProps = { session: OpenSessionFragment; withName: boolean; onDone: (told: string) => void };

/** A place where somebody is signed in, and the way to end it. The window's own ends by signing out. */
export function SessionRow({ session, withName, onDone }: SessionRowProps) {
  const text = useText();
  const { moment, date } = useFormats();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(RevokeSessionDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const name = `${session.user.firstName} ${session.user.lastName}`;
  const since = moment(session.createdAt);
  const known = describeClient(session.client);
  const client = known ? text("sessions.client", known) : session.client || text("sessions.unknown");

  const end = async () => {
    const answer = (await run({ input: { sessionId: session.id } }))?.revokeSession;
    if (!answer) return;
    switch (answer.__typename) {
      case "SessionRevoked":
        return onDone(text("sessions.ended"));
      case "NotFoundError":
        return setProblem(refusals.notFound());
      default:
        return unreachable(answer);
    }
  };

  return (
    <li className="row">
      <div className="row-main">
        <span className="row-title">
          {withName && `${name} · `}
          {client}
        </span>
        <span className="row-detail">
          {text("sessions.since", { moment: since })}, {text("sessions.until", { date: date(session.expiresAt) })}
        </span>
        {problem && <Notice look="bad">{problem}</Notice>}
        <FailureNotice failure={failure} again={() => void end()} />
      </div>
      <div className="row-side row-side-line">
        {session.kind === "BEARER" && <Badge look="quiet">{text("sessions.token")}</Badge>}
        {session.current ? (
          <Badge look="accent">{text("sessions.here")}</Badge>
        ) : (
          <Button
            size="small"
            isPending={busy}
            aria-label={text("sessions.endOf", { name, moment: since })}
            onPress={() => void end()}
          >
            {text("sessions.end")}
          </Button>
        )}
      </div>
    </li>
  );
}
