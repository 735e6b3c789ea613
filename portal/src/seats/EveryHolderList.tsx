import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePages } from "../design/usePages";
import { HoldersDocument } from "../gql/graphql";
import { HolderList } from "./HolderList";

/** Everybody who holds a license of a package now. */
export function EveryHolderList({ code }: { code: string }) {
  const pages = usePages(10, code);
  const { data, previousData, error } = useQuery(HoldersDocument, {
    variables: { packageCode: code, ...pages.variables },
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.users;
  const holders = found?.nodes.flatMap(({ license, ...user }) => (license ? [{ user, license }] : []));
  return (
    <HolderList holders={holders} total={found?.totalCount ?? 0} error={error}>
      {found && <Pager pages={pages} shown={found.nodes.length} total={found.totalCount} ends={found.pageInfo} />}
    </HolderList>
  );
}
