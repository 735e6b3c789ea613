import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "react-router";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
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
import { LinkRequested } from "./LinkRequested";

type RequestSignInProps = { link: "none" | "broken" | "invalid"; reason: TextId | null };

const TITLES = { none: "signIn.title", broken: "signIn.broken", invalid: "signIn.dead" } as const;
const INTROS = { none: "signIn.intro", broken: "signIn.brokenText", invalid: "signIn.deadText" } as const;

/** The form that requests a link by mail. The result is the same whether or not the address is a user's. */
export function RequestSignIn({ link, reason }: RequestSignInProps) {
  const text = useText();
  const { time } = useFormats();
  const { run, busy, failure } = useApiMutation(RequestSignInDocument);
  const [email, setEmail] = useState("");
  const [invalid, setInvalid] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [requested, setRequested] = useState<{ email: string; expiresAt: string } | null>(null);

  const request = async () => {
    const result = (await run({ input: { email: email.trim() } }))?.requestSignIn;
    if (!result) return;
    setInvalid(false);
    setProblem(null);
    switch (result.__typename) {
      case "SignInRequested":
        return setRequested({ email: email.trim(), expiresAt: result.expiresAt });
      case "InvalidInputError":
        return setInvalid(true);
      case "RateLimitedError":
        return setProblem(text("signIn.tooOften", { time: time(result.retryAt) }));
      default:
        return assertNever(result);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void request();
  };

  if (requested) return <LinkRequested {...requested} onAskAgain={() => setRequested(null)} />;
  return (
    <Page key={link} title={text(TITLES[link])} intro={text(INTROS[link])} variant="narrow">
      {reason && link === "none" && <Notice variant="info">{text(reason)}</Notice>}
      <Form className="form" onSubmit={submit} validationBehavior="aria">
        <TextInput
          label={text("signIn.email")}
          type="email"
          name="email"
          autoComplete="email"
          value={email}
          onChange={setEmail}
          problem={invalid ? text("signIn.bad") : undefined}
          maxLength={254}
          isRequired
        />
        {problem && <Notice variant="bad">{problem}</Notice>}
        <FailureNotice failure={failure} />
        <Button variant="main" type="submit" isPending={busy}>
          {text("signIn.send")}
        </Button>
      </Form>
      <p className="quiet">
        {text("signIn.open")} <Link to={paths.openAccount}>{text("signIn.openLink")}</Link>
      </p>
    </Page>
  );
}
