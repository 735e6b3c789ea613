import { useQuery } from "@apollo/client/react";
import { useEffect, useMemo } from "react";
import { Navigate, Outlet, useLocation } from "react-router";

import { toFailure } from "../api/failure";
import { PageSkeleton } from "../design/PageSkeleton";
import { ViewerDocument } from "../gql/graphql";
import { paths } from "../paths";
import { FailurePage } from "../shell/FailurePage";
import { saveReturnPath } from "./returnPath";
import { SessionContext } from "./SessionContext";

/** Renders the nested routes with a session; without one, redirects to the sign-in page, and back afterwards. */
export function RequireSession() {
  const location = useLocation();
  const { data, error, loading, refetch } = useQuery(ViewerDocument, { fetchPolicy: "cache-and-network" });
  const viewer = data?.viewer;
  const signedOut = data !== undefined && data.viewer === null && !loading;
  const path = location.pathname + location.search;

  useEffect(() => {
    if (signedOut) saveReturnPath(path);
  }, [signedOut, path]);

  const session = useMemo(
    () => viewer && { viewer, can: (permission: string) => (viewer.permissions as string[]).includes(permission) },
    [viewer],
  );

  if (session) {
    return (
      <SessionContext value={session}>
        <Outlet />
      </SessionContext>
    );
  }
  if (signedOut)
    return <Navigate to={paths.signIn} replace state={{ reason: path === paths.home ? undefined : "needed" }} />;
  if (error) return <FailurePage failure={toFailure(error)} onRetry={() => void refetch()} />;
  return <PageSkeleton />;
}
