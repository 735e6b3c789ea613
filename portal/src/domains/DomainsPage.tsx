import { useQuery } from "@apollo/client/react";

import { toFailure } from "../api/failure";
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

const POLL_INTERVAL = 30_000;

/** The e-mail domains that the account claims, and the state of each claim. */
export default function DomainsPage() {
  const text = useText();
  const { data, error, refetch } = useQuery(DomainsDocument, {
    fetchPolicy: "cache-and-network",
    // Approval comes from outside, and no event announces it.
    pollInterval: POLL_INTERVAL,
  });
  const domains = data?.account.domains;
  return (
    <Page title={text("domains.title")} intro={text("domains.intro")}>
      <Section title={text("domains.add")}>
        <AddDomainForm onAdded={() => void refetch()} />
      </Section>
      <Section title={text("domains.list")}>
        {error && !domains && <FailureNotice failure={toFailure(error)} onRetry={() => void refetch()} />}
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
            <DomainCard key={domain.id} domain={domain} onRefresh={() => void refetch()} />
          ))}
        </div>
      </Section>
    </Page>
  );
}
