import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";
import { useSearchParams } from "react-router";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { TextInput } from "../design/TextInput";
import { AddDomainDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Claims a domain; `?add=` fills it in for who comes from a refusal. */
export function AddDomainForm({ onAdded }: { onAdded: () => void }) {
  const text = useText();
  const refusals = useRefusalText();
  const [parameters] = useSearchParams();
  const { run, busy, failure } = useChange(AddDomainDocument);
  const [name, setName] = useState(parameters.get("add") ?? "");
  const [bad, setBad] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);

  const add = async () => {
    const answer = (await run({ input: { name } }))?.addDomain;
    if (!answer) return;
    setBad(false);
    setProblem(null);
    setDone(null);
    switch (answer.__typename) {
      case "DomainAdded": {
        const approved = answer.domain.state === "APPROVED";
        setName("");
        onAdded();
        return setDone(text(approved ? "domains.alreadyApproved" : "domains.added", { name: answer.domain.name }));
      }
      case "InvalidInputError":
        return setBad(true);
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      case "RateLimitedError":
        return setProblem(refusals.tooOften(answer.retryAt));
      default:
        return unreachable(answer);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void add();
  };
  return (
    <div className="card">
      <Form className="form form-line" onSubmit={submit} validationBehavior="aria">
        <TextInput
          label={text("domains.name")}
          hint={text("domains.nameHint")}
          value={name}
          onChange={setName}
          problem={bad ? text("domains.bad") : undefined}
          isRequired
        />
        <Button look="main" type="submit" isPending={busy}>
          {text("domains.addThis")}
        </Button>
      </Form>
      {done && <Notice look="good">{done}</Notice>}
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} again={() => void add()} />
    </div>
  );
}
