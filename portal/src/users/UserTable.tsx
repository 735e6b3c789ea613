import type { ManagedUserFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { UserRow } from "./UserRow";

type UserTableProps = {
  users: ManagedUserFragment[];
  onManage: (user: ManagedUserFragment) => void;
  onChangeRole: (user: ManagedUserFragment) => void;
  onDone: (message: string) => void;
};

export function UserTable({ users, onManage, onChangeRole, onDone }: UserTableProps) {
  const text = useText();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{text("users.name")}</th>
          <th scope="col">{text("users.license")}</th>
          <th scope="col">{text("users.role")}</th>
          <th scope="col">
            <span className="visually-hidden">{text("users.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <UserRow key={user.id} user={user} onManage={onManage} onChangeRole={onChangeRole} onDone={onDone} />
        ))}
      </tbody>
    </table>
  );
}
