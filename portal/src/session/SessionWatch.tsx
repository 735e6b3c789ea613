import { useApolloClient } from "@apollo/client/react";
import { useEffect } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";

import { ViewerDocument } from "../gql/graphql";
import { paths } from "../paths";
import { saveReturnPath, takeReturnPath } from "./returnPath";
import { onSessionMessage } from "./sessionChannel";
import { onSignedOut } from "./signedOut";

/** Navigates when the viewer signs in or out, in this window or in another of this browser. */
export function SessionWatch() {
  const client = useApolloClient();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();

  useEffect(() => {
    const leave = (reason: "lost" | "signed-out-elsewhere") => {
      if (pathname === paths.signIn || pathname === paths.activate || pathname === paths.openAccount) return;
      saveReturnPath(pathname + search);
      void navigate(paths.signIn, { replace: true, state: { reason } });
      void client.clearStore();
    };
    const resume = async () => {
      // The cache holds `viewer: null`.
      await client.clearStore();
      await navigate(takeReturnPath(), { replace: true });
    };
    const stopListening = onSignedOut(() => leave("lost"));
    const stopChannel = onSessionMessage((message) => {
      if (message === "signed-out") leave("signed-out-elsewhere");
      else if (pathname === paths.signIn) void resume();
      else void client.refetchQueries({ include: [ViewerDocument] });
    });
    return () => {
      stopListening();
      stopChannel();
    };
  }, [client, navigate, pathname, search]);

  return <Outlet />;
}
