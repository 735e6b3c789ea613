import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePagination } from "../design/usePagination";
import { ActiveHoldersDocument } from "../gql/graphql";
import { HolderList } from "./HolderList";

/** The users that have activated their license of a package. */
export function ActiveHolderList({ code }: { code: string }) {
  const pagination = usePagination(10, code);
  const { data, previousData, error } = useQuery(ActiveHoldersDocument, {
    variables: { packageCode: code, ...pagination.variables },
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.licenses;
  const holders = found?.nodes.map(({ user, ...license }) => ({ user, license }));
  return (
    <HolderList holders={holders} total={found?.totalCount ?? 0} error={error}>
      {found && (
        <Pager
          pagination={pagination}
          shown={found.nodes.length}
          total={found.totalCount}
          pageInfo={found.pageInfo}
        />
      )}
    </HolderList>
  );
}
