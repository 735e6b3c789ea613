import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePagination } from "../design/usePagination";
import { HoldersDocument } from "../gql/graphql";
import { HolderList } from "./HolderList";

/** The users that hold a license of a package now. */
export function AssignedHolderList({ code }: { code: string }) {
  const pagination = usePagination(10, code);
  const { data, previousData, error } = useQuery(HoldersDocument, {
    variables: { packageCode: code, ...pagination.variables },
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.users;
  const holders = found?.nodes.flatMap(({ license, ...user }) => (license ? [{ user, license }] : []));
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
