import { type ReactNode, useEffect, useState } from "react";

import { pastedSecret } from "./credential";
import { fetchOverHttp } from "./fetch-over-http";
import { mutationCount } from "./last-run";
import { useStore } from "./store";

const query = `query Viewer {
  viewer { user { firstName lastName email role } apiKey { name scopes } account { name } }
}`;
// Sent if a pasted secret has no viewer: its error says why.
const reasonQuery = "query SignedOutReason { account { id } }";

type Viewer = {
  user: { firstName: string; lastName: string; email: string; role: string } | null;
  apiKey: { name: string; scopes: string[] } | null;
  account: { name: string };
};
type Status = { viewer: Viewer } | { problem: string } | "signed-out" | "restricted" | "failed";

/** Shows the viewer. Refetched on focus and after each mutation, because either may follow a sign-in or sign-out. */
export function ViewerStatus() {
  const [status, setStatus] = useState<Status | null>(null);
  const secret = useStore(pastedSecret);
  const mutations = useStore(mutationCount);

  useEffect(() => {
    let latestRequest = 0;
    async function refresh() {
      const request = ++latestRequest;
      const next = await fetchStatus(secret !== null);
      if (request === latestRequest) setStatus(next);
    }
    void refresh();
    window.addEventListener("focus", refresh);
    return () => {
      latestRequest = -1;
      window.removeEventListener("focus", refresh);
    };
  }, [secret, mutations]);

  return (
    <span role="status" className="bar-who">
      {status && describe(status)}
    </span>
  );
}

async function fetchStatus(hasPastedSecret: boolean): Promise<Status> {
  try {
    const { data, errors } = await fetchOverHttp({ query, operationName: "Viewer" });
    if (errors?.[0]?.extensions?.code === "DOCUMENT_NOT_TRUSTED") return "restricted";
    if (errors?.[0]) return { problem: errors[0].message };
    const viewer = (data as { viewer: Viewer | null }).viewer;
    if (viewer) return { viewer };
    return hasPastedSecret ? { problem: await fetchReason() } : "signed-out";
  } catch {
    return "failed";
  }
}

async function fetchReason(): Promise<string> {
  const { errors } = await fetchOverHttp({ query: reasonQuery, operationName: "SignedOutReason" });
  return errors?.[0]?.message ?? "Nobody is signed in.";
}

function describe(status: Status): ReactNode {
  if (status === "failed") return "Usher does not answer.";
  if (status === "restricted") return "This server runs trusted documents alone; the explorer shows no documentation here.";
  if (status === "signed-out") {
    return (
      <>
        Nobody is signed in. <a href="/sign-in">Sign in</a>, or paste a token or key:
      </>
    );
  }
  if ("problem" in status) return status.problem;
  const { user, apiKey, account } = status.viewer;
  if (apiKey) {
    return (
      <>
        API key <b>{apiKey.name}</b>, {account.name}; may {apiKey.scopes.join(", ")}
      </>
    );
  }
  if (!user) return account.name;
  return (
    <>
      <b>
        {user.firstName} {user.lastName}
      </b>
      , {user.email}, {account.name}, {user.role}
    </>
  );
}
