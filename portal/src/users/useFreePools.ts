import { useQuery } from "@apollo/client/react";

import { SeatInventoryDocument } from "../gql/graphql";

/** The pools with a seat that can be given now, but for one package; undefined until they are known. */
export function useFreePools(exceptPackageId?: string) {
  const { data } = useQuery(SeatInventoryDocument);
  return data?.account.seatInventory.pools.filter(
    (pool) => pool.available > 0 && pool.package.id !== exceptPackageId,
  );
}
