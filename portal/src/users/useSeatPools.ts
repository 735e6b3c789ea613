import { useQuery } from "@apollo/client/react";

import { SeatInventoryDocument } from "../gql/graphql";

/** The account's seat pools, but for one package; undefined until they are loaded. Their counts are live. */
export function useSeatPools(exceptPackageId?: string) {
  const { data } = useQuery(SeatInventoryDocument);
  const pools = data?.account.seatInventory.pools.filter((pool) => pool.package.id !== exceptPackageId);
  const hasSeat = (packageId: string | null) =>
    pools?.some((pool) => pool.package.id === packageId && pool.available > 0) ?? false;
  const soldOut = pools?.every((pool) => pool.available === 0) ?? false;
  return { pools, hasSeat, soldOut };
}
