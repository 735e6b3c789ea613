import { createContext, useContext } from "react";

import type { Permission, ViewerQuery } from "../gql/graphql";

export type Viewer = NonNullable<ViewerQuery["viewer"]>;

export type Session = {
  viewer: Viewer;
  may: (permission: Permission) => boolean;
};

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. Only below RequireSession. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is called where nobody is signed in.");
  return session;
}
