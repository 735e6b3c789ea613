import { useQuery } from "@apollo/client/react";
import { useState } from "react";

import { failureOf } from "../api/failure";
import { Button } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { PeopleIcon } from "../design/icons";
import { Notice } from "../design/Notice";
import { Page } from "../design/Page";
import { Pager } from "../design/Pager";
import { Skeleton } from "../design/Skeleton";
import { usePages } from "../design/usePages";
import { type ManagedUserFragment, UsersDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { AddUserDialog } from "./AddUserDialog";
import { ChangeRoleDialog } from "./ChangeRoleDialog";
import { ManageLicenseDialog } from "./ManageLicenseDialog";
import { UserSearch } from "./UserSearch";
import { UserTable } from "./UserTable";
import { useUserFilter } from "./useUserFilter";

/** User management: find people, add them, and manage their licenses. */
export default function UsersPage() {
  const text = useText();
  const { show, search, set, filter } = useUserFilter();
  const pages = usePages(20, JSON.stringify(filter));
  const { data, previousData, error, refetch } = useQuery(UsersDocument, {
    variables: { ...pages.variables, filter },
    fetchPolicy: "cache-and-network",
  });
  const [adding, setAdding] = useState(false);
  const [managed, setManaged] = useState<ManagedUserFragment | null>(null);
  const [roleOf, setRoleOf] = useState<ManagedUserFragment | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const found = (data ?? previousData)?.account.users;

  const finish = (told: string) => {
    setAdding(false);
    setManaged(null);
    setRoleOf(null);
    setDone(told);
    void refetch();
  };

  return (
    <Page
      title={text("users.title")}
      intro={text("users.intro")}
      actions={
        <Button look="main" onPress={() => setAdding(true)}>
          {text("users.add")}
        </Button>
      }
    >
      <UserSearch show={show} search={search} onChange={set} />
      <div className="results">{done && <Notice look="good">{done}</Notice>}</div>
      {error && <FailureNotice failure={failureOf(error)} again={() => void refetch()} />}
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
          <Pager pages={pages} shown={found.nodes.length} total={found.totalCount} ends={found.pageInfo} />
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
