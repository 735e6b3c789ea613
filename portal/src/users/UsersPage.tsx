import { useQuery } from "@apollo/client/react";
import { useState } from "react";

import { toFailure } from "../api/failure";
import { Button } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { PeopleIcon } from "../design/icons";
import { Notice } from "../design/Notice";
import { Page } from "../design/Page";
import { Pager } from "../design/Pager";
import { Skeleton } from "../design/Skeleton";
import { usePagination } from "../design/usePagination";
import { type ManagedUserFragment, UsersDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { AddUserDialog } from "./AddUserDialog";
import { ChangeRoleDialog } from "./ChangeRoleDialog";
import { ManageLicenseDialog } from "./ManageLicenseDialog";
import { UserSearch } from "./UserSearch";
import { UserTable } from "./UserTable";
import { useUserFilter } from "./useUserFilter";

/** User management: finds and adds users, and manages their licenses. */
export default function UsersPage() {
  const text = useText();
  const { show, search, set, filter } = useUserFilter();
  const pagination = usePagination(20, JSON.stringify(filter));
  const { data, previousData, error, refetch } = useQuery(UsersDocument, {
    variables: { ...pagination.variables, filter },
    fetchPolicy: "cache-and-network",
  });
  const [adding, setAdding] = useState(false);
  const [managed, setManaged] = useState<ManagedUserFragment | null>(null);
  const [roleOf, setRoleOf] = useState<ManagedUserFragment | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const found = (data ?? previousData)?.account.users;

  const finish = (message: string) => {
    setAdding(false);
    setManaged(null);
    setRoleOf(null);
    setDone(message);
    void refetch();
  };

  return (
    <Page
      title={text("users.title")}
      intro={text("users.intro")}
      actions={
        <Button variant="main" onPress={() => setAdding(true)}>
          {text("users.add")}
        </Button>
      }
    >
      <UserSearch show={show} search={search} onChange={set} />
      <div className="results">{done && <Notice variant="good">{done}</Notice>}</div>
      {error && <FailureNotice failure={toFailure(error)} onRetry={() => void refetch()} />}
      {!found && !error && <Skeleton lines={8} />}
      {found && (
        <p className="quiet" role="status">
          {text("users.found", { count: found.totalCount })}
        </p>
      )}
      {found?.totalCount === 0 && (
        <div className="card">
          <EmptyState
            title={text("users.noneFound")}
            icon={<PeopleIcon />}
            actions={<Button onPress={() => set({ show: "all", search: "" })}>{text("users.showAll")}</Button>}
          >
            {text("users.noneFoundText")}
          </EmptyState>
        </div>
      )}
      {found && found.nodes.length > 0 && (
        <>
          <UserTable users={found.nodes} onManage={setManaged} onChangeRole={setRoleOf} onDone={setDone} />
          <Pager
            pagination={pagination}
            shown={found.nodes.length}
            total={found.totalCount}
            pageInfo={found.pageInfo}
          />
        </>
      )}
      {adding && (
        <AddUserDialog
          onClose={() => setAdding(false)}
          onDone={finish}
          onFind={(email) => {
            setAdding(false);
            set({ show: "all", search: email });
          }}
        />
      )}
      {managed && <ManageLicenseDialog user={managed} onClose={() => setManaged(null)} onDone={finish} />}
      {roleOf && <ChangeRoleDialog user={roleOf} onClose={() => setRoleOf(null)} onDone={finish} />}
    </Page>
  );
}
