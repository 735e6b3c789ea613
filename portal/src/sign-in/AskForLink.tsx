import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "react-router";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { Page } from "../design/Page";
import { TextInput } from "../design/TextInput";
import { RequestSignInDocument } from "../gql/graphql";
import { paths } from "../paths";
import type { TextId } from "../texts/catalogues";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { LinkAsked } from "./LinkAsked";

type AskForLinkProps = { link: "none" | "broken" | "dead"; why: TextId | null };

const TITLES = { none: "signIn.title", broken: "signIn.broken", dead: "signIn.dead" } as const;
const INTROS = { none: "signIn.intro", broken: "signIn.brokenText", dead: "signIn.deadText" } as const;

/** Asks for the address to mail a link to. The answer is the same whoever asks. */
export function AskForLink({ link, why }: AskForLinkProps) {
  const text = useText();
  const { time } = useFormats();
  const { run, busy, failure } = useChange(RequestSignInDocument);
  const [email, setEmail] = useState("");
  const [bad, setBad] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ email: string; expiresAt: string } | null>(null);

  const ask = async () => {
    const answer = (await run({ input: { email: email.trim() } }))?.requestSignIn;
    if (!answer) return;
    setBad(false);
    setProblem(null);
    switch (answer.__typename) {
      case "SignInRequested":
        return setAsked({ email: email.trim(), expiresAt: answer.expiresAt });
      case "InvalidInputError":
        return setBad(true);
      case "RateLimitedError":
        return setProblem(text("signIn.tooOften", { time: time(answer.retryAt) }));
      default:
        return unreachable(answer);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void ask();
  };

  if (asked) return <LinkAsked {...asked} onAgain={() => setAsked(null)} />;
  return (
    <Page key={link} title={text(TITLES[link])} intro={text(INTROS[link])} look="narrow">
      {why && link === "none" && <Notice look="info">{text(why)}</Notice>}
      <Form className="form" onSubmit={submit} validationBehavior="aria">
        <TextInput
          label={text("signIn.email")}
          type="email"
          name="email"
          autoComplete="email"
          value={email}
          onChange={setEmail}
          problem={bad ? text("signIn.bad") : undefined}
          maxLength={254}
          isRequired
        />
        {problem && <Notice look="bad">{problem}</Notice>}
        <FailureNotice failure={failure} />
        <Button look="main" type="submit" isPending={busy}>
          {text("signIn.send")}
        </Button>
      </Form>
      <p className="quiet">
        {text("signIn.open")} <Link to={paths.openAccount}>{text("signIn.openLink")}</Link>
      </p>
    </Page>
  );
}
