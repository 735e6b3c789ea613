import { Badge } from "../design/Badge";
import { Button } from "../design/Button";
import type { ClaimedDomainFragment, DomainState } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { TxtRecord } from "./TxtRecord";

const VARIANTS: Record<DomainState, "waiting" | "good" | "bad"> = {
  PENDING: "waiting",
  APPROVED: "good",
  REFUSED: "bad",
};

/** A claimed domain: the state of the claim, and the next step. */
export function DomainCard({ domain, onRefresh }: { domain: ClaimedDomainFragment; onRefresh: () => void }) {
  const text = useText();
  const { date } = useFormats();
  return (
    <article className="card domain">
      <header className="domain-head">
        <h3 className="domain-name">{domain.name}</h3>
        <Badge variant={VARIANTS[domain.state]}>{text(`domains.state.${domain.state}`)}</Badge>
        {domain.approvedAt && (
          <span className="row-detail">{text("domains.approvedOn", { date: date(domain.approvedAt) })}</span>
        )}
      </header>
      {domain.state === "PENDING" && (
        <>
          <p>{text("domains.pendingText", { name: domain.name })}</p>
          <TxtRecord domain={domain} />
          <Button size="small" onPress={onRefresh}>
            {text("domains.look")}
          </Button>
        </>
      )}
      {domain.state === "REFUSED" && <p>{text("domains.refusedText")}</p>}
    </article>
  );
}
