import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "react-router";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
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
  {
    name: "companyName",
    label: "openAccount.company",
    invalid: "openAccount.badCompany",
    autoComplete: "organization",
  },
  { name: "firstName", label: "users.firstName", invalid: "openAccount.badName", autoComplete: "given-name" },
  { name: "lastName", label: "users.lastName", invalid: "openAccount.badName", autoComplete: "family-name" },
  { name: "email", label: "users.email", invalid: "openAccount.badEmail", autoComplete: "email" },
] as const;

const EMPTY = { companyName: "", firstName: "", lastName: "", email: "" };

/** Opens an account for a business; its opener becomes the administrator. */
export default function OpenAccountPage() {
  const text = useText();
  const { time } = useFormats();
  const { language } = useLanguage();
  const { run, busy, failure } = useApiMutation(OpenAccountDocument);
  const [values, setValues] = useState(EMPTY);
  const [invalidFields, setInvalidFields] = useState<string[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState(false);

  const open = async () => {
    const result = (await run({ input: { ...values, locale: language } }))?.openAccount;
    if (!result) return;
    setInvalidFields([]);
    setProblem(null);
    switch (result.__typename) {
      case "AccountOpened":
        return setDone(true);
      case "InvalidInputError":
        return setInvalidFields(result.fields.map((field) => field.path[0] ?? ""));
      case "EmailTakenError":
        return setProblem(text("openAccount.taken"));
      case "RateLimitedError":
        return setProblem(text("openAccount.tooOften", { time: time(result.retryAt) }));
      default:
        return assertNever(result);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void open();
  };

  if (done) {
    return (
      <Page key="done" title={text("openAccount.done")} variant="narrow">
        <p className="big-icon">
          <MailIcon />
        </p>
        <p role="status">{text("openAccount.doneText", { email: values.email })}</p>
        <p className="quiet">{text("openAccount.next")}</p>
      </Page>
    );
  }
  return (
    <Page title={text("openAccount.title")} intro={text("openAccount.intro")} variant="narrow">
      <Form className="form" onSubmit={submit} validationBehavior="aria">
        {FIELDS.map(({ name, label, invalid, autoComplete }) => (
          <TextInput
            key={name}
            label={text(label)}
            type={name === "email" ? "email" : "text"}
            autoComplete={autoComplete}
            value={values[name]}
            onChange={(value) => setValues({ ...values, [name]: value })}
            problem={invalidFields.includes(name) ? text(invalid) : undefined}
            isRequired
          />
        ))}
        {problem && <Notice variant="bad">{problem}</Notice>}
        <FailureNotice failure={failure} />
        <Button variant="main" type="submit" isPending={busy}>
          {text("openAccount.send")}
        </Button>
      </Form>
      <p className="quiet">
        {text("openAccount.have")} <Link to={paths.signIn}>{text("openAccount.signIn")}</Link>
      </p>
    </Page>
  );
}
