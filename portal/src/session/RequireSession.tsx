import { useQuery } from "@apollo/client/react";
import { useEffect, useMemo } from "react";
import { Navigate, Outlet, useLocation } from "react-router";

import { failureOf } from "../api/failure";
import { PageSkeleton } from "../design/PageSkeleton";
import { FailurePage } from "../shell/FailurePage";
import { ViewerDocument } from "../gql/graphql";
import { paths } from "../paths";
import { rememberPlace } from "./returnTo";
import { SessionContext } from "./SessionContext";

/** Shows what lies inside to who is signed in; leads everybody else to the sign-in page, and afterwards back. */
export function RequireSession() {
  const location = useLocation();
  const { data, error, loading, refetch } = useQuery(ViewerDocument, { fetchPolicy: "cache-and-network" });
  const viewer = data?.viewer;
  const nobody = data !== undefined && data.viewer === null && !loading;
  const place = location.pathname + location.search;

  useEffect(() => {
    if (nobody) rememberPlace(place);
  }, [nobody, place]);

  const session = useMemo(
    () => viewer && { viewer, may: (asked: string) => (viewer.permissions as string[]).includes(asked) },
    [viewer],
  );

  if (session) {
    return (
      <SessionContext value={session}>
        <Outlet />
      </SessionContext>
    );
  }
  if (nobody)
    return <Navigate to={paths.signIn} replace state={{ why: place === paths.home ? undefined : "needed" }} />;
  if (error) return <FailurePage failure={failureOf(error)} again={() => void refetch()} />;
  return <PageSkeleton />;
}
