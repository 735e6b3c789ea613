import { useApolloClient } from "@apollo/client/react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { ChangeUserRoleDocument, type ManagedUserFragment, ViewerDocument } from "../gql/graphql";
import { useSession } from "../session/SessionContext";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Makes a user administrator, or a standard user again. */
export function useChangeRole(onDone: (told: string) => void, onRefused: (problem: string) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const client = useApolloClient();
  const { viewer } = useSession();
  const { run, busy, failure } = useChange(ChangeUserRoleDocument);

  const change = async (user: ManagedUserFragment) => {
    const role = user.role === "STANDARD" ? "ADMINISTRATOR" : "STANDARD";
    const answer = (await run({ input: { userId: user.id, role } }))?.changeUserRole;
    if (!answer) return;
    switch (answer.__typename) {
      case "UserRoleChanged": {
        const { id, firstName, lastName } = answer.user;
        // Other permissions: the pages that they do not open are left.
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
        return unreachable(answer);
    }
  };
  return { change, busy, failure };
}
