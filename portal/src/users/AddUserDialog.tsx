import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { Choice } from "../design/Choice";
import { FailureNotice } from "../design/FailureNotice";
import { Modal } from "../design/Modal";
import { Notice } from "../design/Notice";
import { TextInput } from "../design/TextInput";
import { AddUserDocument, type ClaimedDomainFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useLanguage } from "../texts/language";
import { useText } from "../texts/useText";
import { DomainWayOut } from "./DomainWayOut";

type AddUserDialogProps = { onClose: () => void; onDone: (told: string) => void; onFind: (email: string) => void };

type Refused =
  | { why: "domain"; name: string; domain: ClaimedDomainFragment | null }
  | { why: "taken" }
  | { why: "other"; problem: string };

/** Adds a person. Where the domain of their address is not approved, it says how it can be. */
export function AddUserDialog({ onClose, onDone, onFind }: AddUserDialogProps) {
  const text = useText();
  const refusals = useRefusalText();
  const { language } = useLanguage();
  const { run, busy, failure } = useChange(AddUserDocument);
  const [firstName, setFirstName] = useState("");
  const [lastName, setLastName] = useState("");
  const [email, setEmail] = useState("");
  const [locale, setLocale] = useState<"en" | "fr-CA">(language);
  const [badFields, setBadFields] = useState<string[]>([]);
  const [refused, setRefused] = useState<Refused | null>(null);
  const bad = (field: string, words: string) => (badFields.includes(field) ? words : undefined);

  const add = async () => {
    const answer = (await run({ input: { firstName, lastName, email, locale } }))?.addUser;
    if (!answer) return;
    setBadFields([]);
    setRefused(null);
    switch (answer.__typename) {
      case "UserAdded":
        return onDone(text("users.added", { name: `${answer.user.firstName} ${answer.user.lastName}` }));
      case "InvalidInputError":
        return setBadFields(answer.fields.map((field) => field.path[0] ?? ""));
      case "DomainNotApprovedError":
        return setRefused({ why: "domain", name: email.split("@").pop() ?? "", domain: answer.domain });
      case "EmailTakenError":
        return setRefused({ why: "taken" });
      case "NotPermittedError":
        return setRefused({ why: "other", problem: refusals.notPermitted() });
      case "RateLimitedError":
        return setRefused({ why: "other", problem: refusals.tooOften(answer.retryAt) });
      default:
        return unreachable(answer);
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
            problem={bad("firstName", text("users.badName"))}
            isRequired
            autoFocus
          />
          <TextInput
            label={text("users.lastName")}
            value={lastName}
            onChange={setLastName}
            problem={bad("lastName", text("users.badName"))}
            isRequired
          />
        </div>
        <TextInput
          label={text("users.email")}
          type="email"
          value={email}
          onChange={setEmail}
          problem={bad("email", text("users.badEmail"))}
          isRequired
        />
        <Choice
          label={text("users.locale")}
          chosen={locale}
          onChoose={(id) => setLocale(id as "en" | "fr-CA")}
          options={(["en", "fr-CA"] as const).map((id) => ({ id, label: text(`users.locale.${id}`) }))}
        />
        {refused?.why === "domain" && <DomainWayOut name={refused.name} domain={refused.domain} />}
        {refused?.why === "taken" && (
          <Notice
            look="bad"
            actions={
              <Button size="small" onPress={() => onFind(email)}>
                {text("users.findThem")}
              </Button>
            }
          >
            {text("users.emailTaken")}
          </Notice>
        )}
        {refused?.why === "other" && <Notice look="bad">{refused.problem}</Notice>}
        <FailureNotice failure={failure} />
        <footer className="dialog-foot">
          <Button onPress={onClose}>{text("shell.cancel")}</Button>
          <Button look="main" type="submit" isPending={busy}>
            {text("users.addThem")}
          </Button>
        </footer>
      </Form>
    </Modal>
  );
}
