import { Navigate } from "react-router";

import { paths } from "../paths";
import { useSession } from "../session/SessionContext";

/** Where each begins: who buys at the licenses, everybody else at their own. */
export function Home() {
  const { may } = useSession();
  return <Navigate to={may("PURCHASE") ? paths.licenses : paths.profile} replace />;
}
