import { useEffect, useState } from "react";

import { overHttp } from "./over-http";

const query = "query SignedIn { viewer { user { email } account { name } } }";

type Viewer = { user: { email: string } | null; account: { name: string } };
type Answer = { viewer: Viewer | null };

/** Says whose session the browser holds. Asks again on focus: people sign in and out in other windows. */
export function SignedInLine() {
  const [answer, setAnswer] = useState<Answer | "waiting" | "failed">("waiting");

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

async function whoIsSignedIn(): Promise<Answer | "failed"> {
  try {
    const { data } = await overHttp({ query, operationName: "SignedIn" });
    return (data as Answer | null | undefined) ?? "failed";
  } catch {
    return "failed";
  }
}

function describe(answer: Answer | "waiting" | "failed") {
  if (answer === "waiting") return null;
  if (answer === "failed") return "Usher does not answer.";
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
