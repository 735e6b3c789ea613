import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePagination } from "../design/usePagination";
import { AccountSessionsDocument } from "../gql/graphql";
import { SessionList } from "./SessionList";

export function AccountSessions({ onDone }: { onDone: (message: string) => void }) {
  const pagination = usePagination(10);
  const { data, previousData, error } = useQuery(AccountSessionsDocument, {
    variables: pagination.variables,
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.sessions;
  return (
    <SessionList sessions={found?.nodes} error={error} onDone={onDone} withNames>
      {found && (
        <Pager
          pagination={pagination}
          shown={found.nodes.length}
          total={found.totalCount}
          pageInfo={found.pageInfo}
        />
      )}
    </SessionList>
  );
}
