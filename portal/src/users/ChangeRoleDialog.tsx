import { useId, useState } from "react";

import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Modal } from "../design/Modal";
import { Notice } from "../design/Notice";
import type { ManagedUserFragment } from "../gql/graphql";
import { useSession } from "../session/SessionContext";
import { useText } from "../texts/useText";
import { useChangeRole } from "./useChangeRole";

type ChangeRoleDialogProps = {
  user: ManagedUserFragment;
  onClose: () => void;
  onDone: (message: string) => void;
};

/** Asks for confirmation before a user becomes an administrator or a standard user, and explains the consequences. */
export function ChangeRoleDialog({ user, onClose, onDone }: ChangeRoleDialogProps) {
  const text = useText();
  const { viewer } = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const { change, busy, failure } = useChangeRole(onDone, setProblem);
  const meaning = useId();
  const name = `${user.firstName} ${user.lastName}`;
  const promoting = user.role === "STANDARD";
  const isOwn = user.id === viewer.user?.id;
  return (
    <Modal
      title={text(promoting ? "users.askAdministrator" : "users.askStandard", { name })}
      role="alertdialog"
      describedBy={meaning}
      isOpen
      onClose={onClose}
    >
      <div id={meaning} className="dialog-text">
        <p>
          {text(promoting ? "users.administratorMeans" : "users.standardMeans", {
            name,
            account: viewer.account.name,
          })}
        </p>
        {isOwn && <p>{text("users.ownRole")}</p>}
      </div>
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={() => void change(user)} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onClose}>
          {text("shell.cancel")}
        </Button>
        <Button variant={promoting ? "main" : "danger"} isPending={busy} onPress={() => void change(user)}>
          {text(promoting ? "users.makeAdministrator" : "users.makeStandard")}
        </Button>
      </footer>
    </Modal>
  );
}
