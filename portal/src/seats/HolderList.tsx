import type { ReactNode } from "react";

import { toFailure } from "../api/failure";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { Skeleton } from "../design/Skeleton";
import type { LicenseState } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { LicenseBadge } from "./LicenseBadge";

type Holder = {
  user: { id: string; firstName: string; lastName: string; email: string };
  license: { state: LicenseState; assignedAt: string };
};

type HolderListProps = { holders: Holder[] | undefined; total: number; error: unknown; children: ReactNode };

export function HolderList({ holders, total, error, children }: HolderListProps) {
  const text = useText();
  const { date } = useFormats();
  if (error) return <FailureNotice failure={toFailure(error)} />;
  if (!holders) return <Skeleton lines={4} />;
  if (holders.length === 0)
    return <EmptyState title={text("seats.noHolders")}>{text("seats.noHoldersText")}</EmptyState>;
  return (
    <>
      <p className="quiet" role="status">
        {text("seats.holders", { count: total })}
      </p>
      <ul className="rows">
        {holders.map(({ user, license }) => (
          <li key={user.id} className="row">
            <div className="row-main">
              <span className="row-title">
                {user.firstName} {user.lastName}
              </span>
              <span className="row-detail">{user.email}</span>
            </div>
            <div className="row-side">
              <LicenseBadge state={license.state} />
              <span className="row-detail">{text("seats.since", { date: date(license.assignedAt) })}</span>
            </div>
          </li>
        ))}
      </ul>
      {children}
    </>
  );
}
