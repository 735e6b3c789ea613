import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePagination } from "../design/usePagination";
import { OwnSessionsDocument } from "../gql/graphql";
import { SessionList } from "./SessionList";

export function OwnSessions({ onDone }: { onDone: (message: string) => void }) {
  const pagination = usePagination(10);
  const { data, previousData, error } = useQuery(OwnSessionsDocument, {
    variables: pagination.variables,
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.viewer?.sessions;
  return (
    <SessionList sessions={found?.nodes} error={error} onDone={onDone} withNames={false}>
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
