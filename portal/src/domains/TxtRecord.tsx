import { CopyButton } from "../design/CopyButton";
import type { ClaimedDomainFragment } from "../gql/graphql";
import { useText } from "../texts/useText";

/** The TXT record that proves a domain, with buttons to copy it. */
export function TxtRecord({ domain }: { domain: ClaimedDomainFragment }) {
  const text = useText();
  const parts = [
    { name: text("domains.txtName"), value: domain.txtName },
    { name: text("domains.txtValue"), value: domain.txtValue },
  ];
  return (
    <dl className="record">
      {parts.map(({ name, value }) => (
        <div key={name} className="record-part">
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
            <CopyButton value={value} name={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
