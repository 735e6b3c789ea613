import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Badge } from "../design/Badge";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { type OpenSessionFragment, RevokeSessionDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { describeClient } from "./describeClient";

type SessionRowProps = { session: OpenSessionFragment; withName: boolean; onDone: (message: string) => void };

/** An open session, with a button that ends it. The viewer's own session ends by signing out. */
export function SessionRow({ session, withName, onDone }: SessionRowProps) {
  const text = useText();
  const { moment, date } = useFormats();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(RevokeSessionDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const name = `${session.user.firstName} ${session.user.lastName}`;
  const since = moment(session.createdAt);
  const browser = describeClient(session.client);
  const client = browser ? text("sessions.client", browser) : session.client || text("sessions.unknown");

  const end = async () => {
    const result = (await run({ input: { sessionId: session.id } }))?.revokeSession;
    if (!result) return;
    switch (result.__typename) {
      case "SessionRevoked":
        return onDone(text("sessions.ended"));
      case "NotFoundError":
        return setProblem(refusals.notFound());
      default:
        return assertNever(result);
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
        {problem && <Notice variant="bad">{problem}</Notice>}
        <FailureNotice failure={failure} onRetry={() => void end()} />
      </div>
      <div className="row-side row-side-line">
        {session.kind === "BEARER" && <Badge variant="quiet">{text("sessions.token")}</Badge>}
        {session.current ? (
          <Badge variant="accent">{text("sessions.here")}</Badge>
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
