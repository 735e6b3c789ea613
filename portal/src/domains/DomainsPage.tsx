import { useQuery } from "@apollo/client/react";

import { failureOf } from "../api/failure";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { GlobeIcon } from "../design/icons";
import { Page } from "../design/Page";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { DomainsDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { AddDomainForm } from "./AddDomainForm";
import { DomainCard } from "./DomainCard";

const LOOK_EVERY = 30_000;

/** The e-mail domains that the account claims, and how each claim stands. */
export default function DomainsPage() {
  const text = useText();
  const { data, error, refetch } = useQuery(DomainsDocument, {
    fetchPolicy: "cache-and-network",
    // Approval comes from outside, and no event of the account tells it.
    pollInterval: LOOK_EVERY,
  });
  const domains = data?.account.domains;
  return (
    <Page title={text("domains.title")} intro={text("domains.intro")}>
      <Section title={text("domains.add")}>
        <AddDomainForm onAdded={() => void refetch()} />
      </Section>
      <Section title={text("domains.list")}>
        {error && !domains && <FailureNotice failure={failureOf(error)} again={() => void refetch()} />}
        {!domains && !error && <Skeleton lines={3} />}
        {domains?.length === 0 && (
          <div className="card">
            <EmptyState title={text("domains.none")} icon={<GlobeIcon />}>
              {text("domains.noneText")}
            </EmptyState>
          </div>
        )}
        <div className="stack">
          {domains?.map((domain) => (
            <DomainCard key={domain.id} domain={domain} onLook={() => void refetch()} />
          ))}
        </div>
      </Section>
    </Page>
  );
}
