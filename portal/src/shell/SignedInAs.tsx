import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { useSession } from "../session/SessionContext";
import { useSignOut } from "../session/useSignOut";
import { useText } from "../texts/useText";

/** The viewer's name and account, and the button to sign out. */
export function SignedInAs() {
  const text = useText();
  const { viewer } = useSession();
  const { signOut, busy, failure } = useSignOut();
  const name = viewer.user ? `${viewer.user.firstName} ${viewer.user.lastName}` : viewer.account.name;
  return (
    <div className="signed-in-as">
      <p className="visually-hidden">{text("shell.signedInAs", { name })}</p>
      <p className="signed-in-name" aria-hidden="true">
        {name}
      </p>
      <p className="signed-in-detail">{viewer.user?.email}</p>
      <p className="signed-in-detail">{viewer.account.name}</p>
      <Button size="small" isPending={busy} onPress={() => void signOut()}>
        {text("shell.signOut")}
      </Button>
      <FailureNotice failure={failure} />
    </div>
  );
}
