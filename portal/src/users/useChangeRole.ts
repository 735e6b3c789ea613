import { useApolloClient } from "@apollo/client/react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { ChangeUserRoleDocument, type ManagedUserFragment, ViewerDocument } from "../gql/graphql";
import { useSession } from "../session/SessionContext";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Makes a user administrator, or a standard user again. */
export function useChangeRole(onDone: (message: string) => void, onRefused: (problem: string) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const client = useApolloClient();
  const { viewer } = useSession();
  const { run, busy, failure } = useApiMutation(ChangeUserRoleDocument);

  const change = async (user: ManagedUserFragment) => {
    const role = user.role === "STANDARD" ? "ADMINISTRATOR" : "STANDARD";
    const result = (await run({ input: { userId: user.id, role } }))?.changeUserRole;
    if (!result) return;
    switch (result.__typename) {
      case "UserRoleChanged": {
        const { id, firstName, lastName } = result.user;
        // The viewer's permissions have changed: RequirePermission redirects from pages that they no longer open.
        if (id === viewer.user?.id) void client.refetchQueries({ include: [ViewerDocument] });
        return onDone(
          text("users.roleChanged", { name: `${firstName} ${lastName}`, role: text(`users.role.${role}`) }),
        );
      }
      case "LastAdministratorError":
        return onRefused(text("users.lastAdministrator"));
      case "NotFoundError":
        return onRefused(refusals.notFound());
      case "NotPermittedError":
        return onRefused(refusals.notPermitted());
      default:
        return assertNever(result);
    }
  };
  return { change, busy, failure };
}
