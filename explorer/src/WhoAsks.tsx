import { type ReactNode, useEffect, useState } from "react";

import { useCell } from "./cell";
import { pasted } from "./credential";
import { changes } from "./last-run";
import { overHttp } from "./over-http";

const query = `query WhoAsks {
  viewer { user { firstName lastName email role } apiKey { name scopes } account { name } }
}`;
// Asked only where a pasted secret is nobody's: this is refused, and says why.
const whyNobody = "query WhyNobody { account { id } }";

type Viewer = {
  user: { firstName: string; lastName: string; email: string; role: string } | null;
  apiKey: { name: string; scopes: string[] } | null;
  account: { name: string };
};
type Heard = { viewer: Viewer } | { problem: string } | "nobody" | "restricted" | "failed";

/** Says who asks. Asks again on focus and after each mutation: people sign in and out in other windows, and here. */
export function WhoAsks() {
  const [heard, setHeard] = useState<Heard | null>(null);
  const secret = useCell(pasted);
  const changed = useCell(changes);

  useEffect(() => {
    let newest = 0;
    async function ask() {
      const mine = ++newest;
      const answer = await whoAsks(secret !== null);
      if (mine === newest) setHeard(answer);
    }
    void ask();
    window.addEventListener("focus", ask);
    return () => {
      newest = -1;
      window.removeEventListener("focus", ask);
    };
  }, [secret, changed]);

  return (
    <span role="status" className="bar-who">
      {heard && describe(heard)}
    </span>
  );
}

async function whoAsks(pastedSecret: boolean): Promise<Heard> {
  try {
    const { data, errors } = await overHttp({ query, operationName: "WhoAsks" });
    if (errors?.[0]?.extensions?.code === "DOCUMENT_NOT_TRUSTED") return "restricted";
    if (errors?.[0]) return { problem: errors[0].message };
    const viewer = (data as { viewer: Viewer | null }).viewer;
    if (viewer) return { viewer };
    return pastedSecret ? { problem: await reason() } : "nobody";
  } catch {
    return "failed";
  }
}

async function reason(): Promise<string> {
  const { errors } = await overHttp({ query: whyNobody, operationName: "WhyNobody" });
  return errors?.[0]?.message ?? "Nobody is signed in.";
}

function describe(heard: Heard): ReactNode {
  if (heard === "failed") return "Usher does not answer.";
  if (heard === "restricted") return "This server runs trusted documents alone; the explorer shows no documentation here.";
  if (heard === "nobody") {
    return (
      <>
        Nobody is signed in. <a href="/sign-in">Sign in</a>, or paste a token or key:
      </>
    );
  }
  if ("problem" in heard) return heard.problem;
  const { user, apiKey, account } = heard.viewer;
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
