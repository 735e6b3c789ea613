import { useApolloClient } from "@apollo/client/react";
import { useEffect } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";

import { ViewerDocument } from "../gql/graphql";
import { paths } from "../paths";
import { onSignedOut } from "./signedOut";
import { onNews } from "./otherWindows";
import { rememberPlace, takePlace } from "./returnTo";

/** Follows what becomes of the session, here and in the other windows of this browser. */
export function SessionWatch() {
  const client = useApolloClient();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();

  useEffect(() => {
    const leave = (why: "lost" | "signed-out-elsewhere") => {
      if (pathname === paths.signIn || pathname === paths.activate || pathname === paths.openAccount) return;
      rememberPlace(pathname + search);
      void navigate(paths.signIn, { replace: true, state: { why } });
      void client.clearStore();
    };
    const goOn = async () => {
      // It holds that nobody is signed in.
      await client.clearStore();
      await navigate(takePlace(), { replace: true });
    };
    const stopHere = onSignedOut(() => leave("lost"));
    const stopElsewhere = onNews((news) => {
      if (news === "signed-out") leave("signed-out-elsewhere");
      else if (pathname === paths.signIn) void goOn();
      else void client.refetchQueries({ include: [ViewerDocument] });
    });
    return () => {
      stopHere();
      stopElsewhere();
    };
  }, [client, navigate, pathname, search]);

  return <Outlet />;
}
