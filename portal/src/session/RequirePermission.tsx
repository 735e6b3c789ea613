import type { ReactNode } from "react";
import { Navigate } from "react-router";

import type { Permission } from "../gql/graphql";
import { paths } from "../paths";
import { useSession } from "./SessionContext";

/** Renders a page for viewers with a permission, and redirects others to their profile. The server enforces it. */
export function RequirePermission({ permission, children }: { permission: Permission; children: ReactNode }) {
  return useSession().can(permission) ? children : <Navigate to={paths.profile} replace />;
}
