import { useEffect, useState } from "react";

import { overHttp } from "./over-http";

const query = "query SignedIn { viewer { user { email } account { name } } }";

type Viewer = { user: { email: string } | null; account: { name: string } };
type Answer = { viewer: Viewer | null };
type Heard = Answer | "restricted" | "failed";

/** Says whose session the browser holds. Asks again on focus: people sign in and out in other windows. */
export function SignedInLine() {
  const [answer, setAnswer] = useState<Heard | "waiting">("waiting");

  useEffect(() => {
    let newest = 0;
    async function ask() {
      const mine = ++newest;
      const heard = await whoIsSignedIn();
      if (mine === newest) setAnswer(heard);
    }
    void ask();
    window.addEventListener("focus", ask);
    return () => {
      newest = -1;
      window.removeEventListener("focus", ask);
    };
  }, []);

  return (
    <header className="signed-in-line">
      <strong>Usher explorer</strong>
      <span role="status">{describe(answer)}</span>
    </header>
  );
}

async function whoIsSignedIn(): Promise<Heard> {
  try {
    const { data, errors } = await overHttp({ query, operationName: "SignedIn" });
    if (errors?.[0]?.extensions?.code === "DOCUMENT_NOT_TRUSTED") return "restricted";
    return (data as Answer | null | undefined) ?? "failed";
  } catch {
    return "failed";
  }
}

function describe(answer: Heard | "waiting") {
  if (answer === "waiting") return null;
  if (answer === "failed") return "Usher does not answer.";
  if (answer === "restricted") return "This server runs trusted documents alone; the explorer shows no documentation here.";
  if (!answer.viewer) {
    return (
      <>
        Nobody is signed in. <a href="/sign-in">Sign in</a>
      </>
    );
  }
  const { user, account } = answer.viewer;
  return user ? `${user.email}, ${account.name}` : account.name;
}
