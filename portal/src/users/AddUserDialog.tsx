import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Modal } from "../design/Modal";
import { Notice } from "../design/Notice";
import { SelectInput } from "../design/SelectInput";
import { TextInput } from "../design/TextInput";
import { AddUserDocument, type ClaimedDomainFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useLanguage } from "../texts/language";
import { useText } from "../texts/useText";
import { DomainHelp } from "./DomainHelp";

type AddUserDialogProps = { onClose: () => void; onDone: (message: string) => void; onFind: (email: string) => void };

type Refusal =
  | { kind: "domain"; name: string; domain: ClaimedDomainFragment | null }
  | { kind: "taken" }
  | { kind: "other"; problem: string };

/** Adds a user. If the domain of the address is not approved, it explains how to get it approved. */
export function AddUserDialog({ onClose, onDone, onFind }: AddUserDialogProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { language } = useLanguage();
  const { run, busy, failure } = useApiMutation(AddUserDocument);
  const [firstName, setFirstName] = useState("");
  const [lastName, setLastName] = useState("");
  const [email, setEmail] = useState("");
  const [locale, setLocale] = useState<"en" | "fr-CA">(language);
  const [invalidFields, setInvalidFields] = useState<string[]>([]);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const errorOf = (field: string, message: string) => (invalidFields.includes(field) ? message : undefined);

  const add = async () => {
    const result = (await run({ input: { firstName, lastName, email, locale } }))?.addUser;
    if (!result) return;
    setInvalidFields([]);
    setRefusal(null);
    switch (result.__typename) {
      case "UserAdded":
        return onDone(text("users.added", { name: `${result.user.firstName} ${result.user.lastName}` }));
      case "InvalidInputError":
        return setInvalidFields(result.fields.map((field) => field.path[0] ?? ""));
      case "DomainNotApprovedError":
        return setRefusal({ kind: "domain", name: email.split("@").pop() ?? "", domain: result.domain });
      case "EmailTakenError":
        return setRefusal({ kind: "taken" });
      case "NotPermittedError":
        return setRefusal({ kind: "other", problem: refusals.notPermitted() });
      case "RateLimitedError":
        return setRefusal({ kind: "other", problem: refusals.tooOften(result.retryAt) });
      default:
        return assertNever(result);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void add();
  };

  return (
    <Modal title={text("users.add")} isOpen onClose={onClose}>
      <p className="dialog-intro">{text("users.addIntro")}</p>
      <Form className="form" onSubmit={submit} validationBehavior="aria">
        <div className="form-pair">
          <TextInput
            label={text("users.firstName")}
            value={firstName}
            onChange={setFirstName}
            problem={errorOf("firstName", text("users.badName"))}
            isRequired
            autoFocus
          />
          <TextInput
            label={text("users.lastName")}
            value={lastName}
            onChange={setLastName}
            problem={errorOf("lastName", text("users.badName"))}
            isRequired
          />
        </div>
        <TextInput
          label={text("users.email")}
          type="email"
          value={email}
          onChange={setEmail}
          problem={errorOf("email", text("users.badEmail"))}
          isRequired
        />
        <SelectInput
          label={text("users.locale")}
          selected={locale}
          onSelect={(id) => setLocale(id as "en" | "fr-CA")}
          options={(["en", "fr-CA"] as const).map((id) => ({ id, label: text(`users.locale.${id}`) }))}
        />
        {refusal?.kind === "domain" && <DomainHelp name={refusal.name} domain={refusal.domain} />}
        {refusal?.kind === "taken" && (
          <Notice
            variant="bad"
            actions={
              <Button size="small" onPress={() => onFind(email)}>
                {text("users.findThem")}
              </Button>
            }
          >
            {text("users.emailTaken")}
          </Notice>
        )}
        {refusal?.kind === "other" && <Notice variant="bad">{refusal.problem}</Notice>}
        <FailureNotice failure={failure} />
        <footer className="dialog-foot">
          <Button onPress={onClose}>{text("shell.cancel")}</Button>
          <Button variant="main" type="submit" isPending={busy}>
            {text("users.addThem")}
          </Button>
        </footer>
      </Form>
    </Modal>
  );
}
