import { useQuery } from "@apollo/client/react";
import { useState } from "react";

import { toFailure } from "../api/failure";
import { FailureNotice } from "../design/FailureNotice";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { SeatInventoryDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { type HolderSelection, HoldersDialog } from "./HoldersDialog";
import { SeatRow } from "./SeatRow";

/** The license table: the seats of each package. Its counts are live. */
export function SeatTable() {
  const text = useText();
  const { data, error, refetch } = useQuery(SeatInventoryDocument);
  const [selection, setSelection] = useState<HolderSelection | null>(null);
  const pools = data?.account.seatInventory.pools;
  return (
    <Section title={text("seats.title")} intro={text("seats.intro")}>
      {error && !pools && <FailureNotice failure={toFailure(error)} onRetry={() => void refetch()} />}
      {!pools && !error && <Skeleton />}
      {pools && (
        <table className="table seat-table">
          <thead>
            <tr>
              <th scope="col">{text("seats.package")}</th>
              <th scope="col" className="number">
                {text("seats.available")}
              </th>
              <th scope="col" className="number">
                {text("seats.assigned")}
              </th>
              <th scope="col" className="number">
                {text("seats.activated")}
              </th>
              <th scope="col" className="number">
                {text("seats.purchased")}
              </th>
            </tr>
          </thead>
          <tbody>
            {pools.map((pool) => (
              <SeatRow key={pool.id} pool={pool} onSelect={setSelection} />
            ))}
          </tbody>
        </table>
      )}
      <HoldersDialog selection={selection} onSelect={setSelection} />
    </Section>
  );
}
