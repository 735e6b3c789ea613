import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { ChangeUserRoleDocument, type ManagedUserFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Makes a user administrator, or a standard user again. */
export function useChangeRole(onDone: (told: string) => void, onRefused: (problem: string) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, failure } = useChange(ChangeUserRoleDocument);

  const change = async (user: ManagedUserFragment) => {
    const role = user.role === "STANDARD" ? "ADMINISTRATOR" : "STANDARD";
    const answer = (await run({ input: { userId: user.id, role } }))?.changeUserRole;
    if (!answer) return;
    switch (answer.__typename) {
      case "UserRoleChanged": {
        const { firstName, lastName } = answer.user;
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
  return { change, failure };
}
