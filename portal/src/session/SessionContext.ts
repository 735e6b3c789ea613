import { createContext, useContext } from "react";

import type { Permission, ViewerQuery } from "../gql/graphql";

export type Viewer = NonNullable<ViewerQuery["viewer"]>;

export type Session = {
  viewer: Viewer;
  can: (permission: Permission) => boolean;
};

export const SessionContext = createContext<Session | null>(null);

/** The viewer and their permissions. Works below RequireSession only. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is called where nobody is signed in.");
  return session;
}
