import { useApolloClient } from "@apollo/client/react";
import { useNavigate } from "react-router";

import { useApiMutation } from "../api/useApiMutation";
import { SignOutDocument } from "../gql/graphql";
import { paths } from "../paths";
import { broadcastSession } from "./sessionChannel";

/** Ends the session, which all windows of this browser share. */
export function useSignOut() {
  const client = useApolloClient();
  const navigate = useNavigate();
  const { run, busy, failure } = useApiMutation(SignOutDocument);
  const signOut = async () => {
    if (!(await run({}))) return;
    broadcastSession("signed-out");
    void navigate(paths.signIn, { replace: true, state: { reason: "signed-out" } });
    await client.clearStore();
  };
  return { signOut, busy, failure };
}
