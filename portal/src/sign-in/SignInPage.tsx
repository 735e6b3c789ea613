import { useState } from "react";
import { useLocation } from "react-router";

import { mailedToken } from "../session/mailedToken";
import type { TextId } from "../texts/catalogues";
import { AskForLink } from "./AskForLink";
import { FollowLink } from "./FollowLink";

const REASONS: Record<string, TextId> = {
  lost: "signIn.why.lost",
  needed: "signIn.why.needed",
  "signed-out": "signIn.why.signed-out",
  "signed-out-elsewhere": "signIn.why.signed-out-elsewhere",
};

// A link's token is good for one visit of the page: whoever comes back later comes to ask for another.
let unused = mailedToken.kind !== "none";

/** /sign-in: with a mailed link the button that follows it, without one the form that asks for one. */
export default function SignInPage() {
  const state = useLocation().state as { why?: string } | null;
  const [link, setLink] = useState<typeof mailedToken>(unused ? mailedToken : { kind: "none" });
  const [dead, setDead] = useState(false);
  if (link.kind === "token") {
    return (
      <FollowLink
        token={link.token}
        onUsed={() => (unused = false)}
        onDead={() => {
          unused = false;
          setDead(true);
          setLink({ kind: "none" });
        }}
      />
    );
  }
  return <AskForLink link={dead ? "dead" : link.kind} why={REASONS[state?.why ?? ""] ?? null} />;
}
