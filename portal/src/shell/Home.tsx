import { Navigate } from "react-router";

import { paths } from "../paths";
import { useSession } from "../session/SessionContext";

/** Redirects buyers to the licenses, and other viewers to their profile. */
export function Home() {
  const { can } = useSession();
  return <Navigate to={can("PURCHASE") ? paths.licenses : paths.profile} replace />;
}
