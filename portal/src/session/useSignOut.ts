import { useApolloClient } from "@apollo/client/react";
import { useNavigate } from "react-router";

import { useChange } from "../api/useChange";
import { SignOutDocument } from "../gql/graphql";
import { paths } from "../paths";
import { tellOtherWindows } from "./otherWindows";

/** Ends the session, here and for the other windows of this browser. */
export function useSignOut() {
  const client = useApolloClient();
  const navigate = useNavigate();
  const { run, busy, failure } = useChange(SignOutDocument);
  const signOut = async () => {
    if (!(await run({}))) return;
    tellOtherWindows("signed-out");
    void navigate(paths.signIn, { replace: true, state: { why: "signed-out" } });
    await client.clearStore();
  };
  return { signOut, busy, failure };
}
