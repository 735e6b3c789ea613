import { useQuery } from "@apollo/client/react";

import { toFailure } from "../api/failure";
import { FailureNotice } from "../design/FailureNotice";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { PackagesDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { PackageCard } from "./PackageCard";

/** The packages on sale, lowest tier first. */
export function PackageList() {
  const text = useText();
  const { data, error, refetch } = useQuery(PackagesDocument);
  return (
    <Section title={text("purchases.packages")} intro={text("purchases.packagesIntro")}>
      {error && !data && <FailureNotice failure={toFailure(error)} onRetry={() => void refetch()} />}
      <div className="shelf">
        {data
          ? data.packages.map((offer) => <PackageCard key={offer.id} offer={offer} />)
          : !error && ["eco", "advanced", "pro"].map((each) => <Skeleton key={each} lines={7} />)}
      </div>
    </Section>
  );
}
