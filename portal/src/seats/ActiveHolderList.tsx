import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePages } from "../design/usePages";
import { ActiveHoldersDocument } from "../gql/graphql";
import { HolderList } from "./HolderList";

/** Who has activated their license of a package. */
export function ActiveHolderList({ code }: { code: string }) {
  const pages = usePages(10, code);
  const { data, previousData, error } = useQuery(ActiveHoldersDocument, {
    variables: { packageCode: code, ...pages.variables },
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.licenses;
  const holders = found?.nodes.map(({ user, ...license }) => ({ user, license }));
  return (
    <HolderList holders={holders} total={found?.totalCount ?? 0} error={error}>
      {found && <Pager pages={pages} shown={found.nodes.length} total={found.totalCount} ends={found.pageInfo} />}
    </HolderList>
  );
}
