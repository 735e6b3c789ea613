import { Link } from "react-router";

import { assertNever } from "../api/assertNever";
import { Notice } from "../design/Notice";
import { TxtRecord } from "../domains/TxtRecord";
import type { ClaimedDomainFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";

/** Explains what to do about a domain that is not approved: claim it, or publish its TXT record. */
export function DomainHelp({ name, domain }: { name: string; domain: ClaimedDomainFragment | null }) {
  const text = useText();
  if (!domain) {
    const add = `${paths.domains}?add=${encodeURIComponent(name)}`;
    return (
      <Notice
        variant="bad"
        actions={
          <Link className="button button-plain button-small" to={add}>
            {text("users.addDomain", { domain: name })}
          </Link>
        }
      >
        {text("users.domainUnknown", { domain: name })}
      </Notice>
    );
  }
  switch (domain.state) {
    case "PENDING":
    case "APPROVED":
      return (
        <Notice
          variant="warning"
          actions={
            <Link className="button button-plain button-small" to={paths.domains}>
              {text("users.toDomains")}
            </Link>
          }
        >
          <p>{text("users.domainPending", { domain: domain.name })}</p>
          <TxtRecord domain={domain} />
        </Notice>
      );
    case "REFUSED":
      return <Notice variant="bad">{text("users.domainRefused", { domain: domain.name })}</Notice>;
    default:
      return assertNever(domain.state);
  }
}
