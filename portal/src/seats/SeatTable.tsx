import { useQuery } from "@apollo/client/react";
import { useState } from "react";

import { failureOf } from "../api/failure";
import { FailureNotice } from "../design/FailureNotice";
import { Section } from "../design/Section";
import { Skeleton } from "../design/Skeleton";
import { SeatInventoryDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { type Asked, HoldersDialog } from "./HoldersDialog";
import { SeatRow } from "./SeatRow";

/** The license table: what the account has of each package. Its counts move as anybody changes them. */
export function SeatTable() {
  const text = useText();
  const { data, error, refetch } = useQuery(SeatInventoryDocument);
  const [asked, setAsked] = useState<Asked | null>(null);
  const pools = data?.account.seatInventory.pools;
  return (
    <Section title={text("seats.title")} intro={text("seats.intro")}>
      {error && !pools && <FailureNotice failure={failureOf(error)} again={() => void refetch()} />}
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
              <SeatRow key={pool.id} pool={pool} onAsk={setAsked} />
            ))}
          </tbody>
        </table>
      )}
      <HoldersDialog asked={asked} onAsk={setAsked} />
    </Section>
  );
}
