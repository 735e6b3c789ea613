import type { ReactNode } from "react";

import { toFailure } from "../api/failure";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { Skeleton } from "../design/Skeleton";
import type { OpenSessionFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { SessionRow } from "./SessionRow";

type SessionListProps = {
  sessions: OpenSessionFragment[] | undefined;
  error: unknown;
  onDone: (message: string) => void;
  withNames: boolean;
  children: ReactNode;
};

export function SessionList({ sessions, error, onDone, withNames, children }: SessionListProps) {
  const text = useText();
  const open = sessions?.filter((session) => session.endedAt === null);
  if (error && !open) return <FailureNotice failure={toFailure(error)} />;
  if (!open) return <Skeleton lines={4} />;
  if (open.length === 0) return <EmptyState title={text("sessions.none")} />;
  return (
    <>
      <ul className="card rows">
        {open.map((session) => (
          <SessionRow key={session.id} session={session} withName={withNames} onDone={onDone} />
        ))}
      </ul>
      {children}
    </>
  );
}
