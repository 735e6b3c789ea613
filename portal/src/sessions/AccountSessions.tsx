import { useQuery } from "@apollo/client/react";

import { Pager } from "../design/Pager";
import { usePages } from "../design/usePages";
import { AccountSessionsDocument } from "../gql/graphql";
import { SessionList } from "./SessionList";

export function AccountSessions({ onDone }: { onDone: (told: string) => void }) {
  const pages = usePages(10);
  const { data, previousData, error } = useQuery(AccountSessionsDocument, {
    variables: pages.variables,
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.sessions;
  return (
    <SessionList sessions={found?.nodes} error={error} onDone={onDone} withNames>
      {found && <Pager pages={pages} shown={found.nodes.length} total={found.totalCount} ends={found.pageInfo} />}
    </SessionList>
  );
}
