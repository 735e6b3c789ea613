import { type SyntheticEvent, useState } from "react";
import { Form } from "react-aria-components";
import { useSearchParams } from "react-router";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { TextInput } from "../design/TextInput";
import { AddDomainDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Claims a domain; the URL's `?add=` fills it in after a refusal elsewhere. */
export function AddDomainForm({ onAdded }: { onAdded: () => void }) {
  const text = useText();
  const refusals = useRefusalText();
  const [parameters] = useSearchParams();
  const { run, busy, failure } = useApiMutation(AddDomainDocument);
  const [name, setName] = useState(parameters.get("add") ?? "");
  const [invalid, setInvalid] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);

  const add = async () => {
    const result = (await run({ input: { name } }))?.addDomain;
    if (!result) return;
    setInvalid(false);
    setProblem(null);
    setDone(null);
    switch (result.__typename) {
      case "DomainAdded": {
        const approved = result.domain.state === "APPROVED";
        setName("");
        onAdded();
        return setDone(text(approved ? "domains.alreadyApproved" : "domains.added", { name: result.domain.name }));
      }
      case "InvalidInputError":
        return setInvalid(true);
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      case "RateLimitedError":
        return setProblem(refusals.tooOften(result.retryAt));
      default:
        return assertNever(result);
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
          problem={invalid ? text("domains.bad") : undefined}
          isRequired
        />
        <Button variant="main" type="submit" isPending={busy}>
          {text("domains.addThis")}
        </Button>
      </Form>
      {done && <Notice variant="good">{done}</Notice>}
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={() => void add()} />
    </div>
  );
}
