import type { ReactNode } from "react";
import { Navigate } from "react-router";

import type { Permission } from "../gql/graphql";
import { paths } from "../paths";
import { useSession } from "./SessionContext";

/** For whom a page is; everybody else is led to their own. The server holds to it whatever is shown here. */
export function RequirePermission({ permission, children }: { permission: Permission; children: ReactNode }) {
  return useSession().may(permission) ? children : <Navigate to={paths.profile} replace />;
}
