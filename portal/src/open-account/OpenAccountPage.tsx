import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "react-router";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { MailIcon } from "../design/icons";
import { Notice } from "../design/Notice";
import { Page } from "../design/Page";
import { TextInput } from "../design/TextInput";
import { OpenAccountDocument } from "../gql/graphql";
import { paths } from "../paths";
import { useLanguage } from "../texts/language";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

const FIELDS = [
  { name: "companyName", label: "openAccount.company", bad: "openAccount.badCompany", complete: "organization" },
  { name: "firstName", label: "users.firstName", bad: "openAccount.badName", complete: "given-name" },
  { name: "lastName", label: "users.lastName", bad: "openAccount.badName", complete: "family-name" },
  { name: "email", label: "users.email", bad: "openAccount.badEmail", complete: "email" },
] as const;

const EMPTY = { companyName: "", firstName: "", lastName: "", email: "" };

/** Opens an account for a business; who opens it becomes its administrator. */
export default function OpenAccountPage() {
  const text = useText();
  const { time } = useFormats();
  const { language } = useLanguage();
  const { run, busy, failure } = useChange(OpenAccountDocument);
  const [typed, setTyped] = useState(EMPTY);
  const [badFields, setBadFields] = useState<string[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState(false);

  const open = async () => {
    const answer = (await run({ input: { ...typed, locale: language } }))?.openAccount;
    if (!answer) return;
    setBadFields([]);
    setProblem(null);
    switch (answer.__typename) {
      case "AccountOpened":
        return setDone(true);
      case "InvalidInputError":
        return setBadFields(answer.fields.map((field) => field.path[0] ?? ""));
      case "EmailTakenError":
        return setProblem(text("openAccount.taken"));
      case "RateLimitedError":
        return setProblem(text("openAccount.tooOften", { time: time(answer.retryAt) }));
      default:
        return unreachable(answer);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void open();
  };

  if (done) {
    return (
      <Page key="done" title={text("openAccount.done")} look="narrow">
        <p className="big-icon">
          <MailIcon />
        </p>
        <p role="status">{text("openAccount.doneText", { email: typed.email })}</p>
        <p className="quiet">{text("openAccount.next")}</p>
      </Page>
    );
  }
  return (
    <Page title={text("openAccount.title")} intro={text("openAccount.intro")} look="narrow">
      <Form className="form" onSubmit={submit} validationBehavior="aria">
        {FIELDS.map(({ name, label, bad, complete }) => (
          <TextInput
            key={name}
            label={text(label)}
            type={name === "email" ? "email" : "text"}
            autoComplete={complete}
            value={typed[name]}
            onChange={(value) => setTyped({ ...typed, [name]: value })}
            problem={badFields.includes(name) ? text(bad) : undefined}
            isRequired
          />
        ))}
        {problem && <Notice look="bad">{problem}</Notice>}
        <FailureNotice failure={failure} />
        <Button look="main" type="submit" isPending={busy}>
          {text("openAccount.send")}
        </Button>
      </Form>
      <p className="quiet">
        {text("openAccount.have")} <Link to={paths.signIn}>{text("openAccount.signIn")}</Link>
      </p>
    </Page>
  );
}
