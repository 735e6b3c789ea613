import { Link } from "react-router";

import { unreachable } from "../api/unreachable";
import { Notice } from "../design/Notice";
import { TxtRecord } from "../domains/TxtRecord";
import type { ClaimedDomainFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";

/** The way out where a domain is not approved: claim it, or publish its record, or leave it. */
export function DomainWayOut({ name, domain }: { name: string; domain: ClaimedDomainFragment | null }) {
  const text = useText();
  if (!domain) {
    const add = `${paths.domains}?add=${encodeURIComponent(name)}`;
    return (
      <Notice
        look="bad"
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
          look="warning"
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
      return <Notice look="bad">{text("users.domainRefused", { domain: domain.name })}</Notice>;
    default:
      return unreachable(domain.state);
  }
}
