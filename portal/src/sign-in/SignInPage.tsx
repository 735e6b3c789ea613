import { useState } from "react";
import { useLocation } from "react-router";

import { mailedToken } from "../session/mailedToken";
import type { TextId } from "../texts/catalogues";
import { CompleteSignIn } from "./CompleteSignIn";
import { RequestSignIn } from "./RequestSignIn";

const REASONS: Record<string, TextId> = {
  lost: "signIn.why.lost",
  needed: "signIn.why.needed",
  "signed-out": "signIn.why.signed-out",
  "signed-out-elsewhere": "signIn.why.signed-out-elsewhere",
};

// The token is offered on one visit of the page. A later visit shows the form for a new link.
let unused = mailedToken.kind !== "none";

/** /sign-in: with a mailed link the button that completes the sign-in, without one the form that requests a link. */
export default function SignInPage() {
  const state = useLocation().state as { reason?: string } | null;
  const [link, setLink] = useState<typeof mailedToken>(unused ? mailedToken : { kind: "none" });
  const [invalid, setInvalid] = useState(false);
  if (link.kind === "token") {
    return (
      <CompleteSignIn
        token={link.token}
        onUsed={() => (unused = false)}
        onInvalid={() => {
          unused = false;
          setInvalid(true);
          setLink({ kind: "none" });
        }}
      />
    );
  }
  return <RequestSignIn link={invalid ? "invalid" : link.kind} reason={REASONS[state?.reason ?? ""] ?? null} />;
}
