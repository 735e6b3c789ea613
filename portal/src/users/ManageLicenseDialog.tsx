import { useState } from "react";

import { Modal } from "../design/Modal";
import type { ManagedUserFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { AssignLicense } from "./AssignLicense";
import { ManageHeldLicense } from "./ManageHeldLicense";

type ManageLicenseDialogProps = {
  user: ManagedUserFragment;
  onClose: () => void;
  onDone: (message: string) => void;
};

/** "Manage license" of one user: assigns a license, or changes, transfers or removes the one that is held. */
export function ManageLicenseDialog({ user: initialUser, onClose, onDone }: ManageLicenseDialogProps) {
  const text = useText();
  // An AlreadyLicensedError brings the user with the license that somebody else has assigned meanwhile.
  const [user, setUser] = useState(initialUser);
  const [notice, setNotice] = useState<string | null>(null);
  const name = `${user.firstName} ${user.lastName}`;
  return (
    <Modal title={text("users.manageOf", { name })} isOpen onClose={onClose}>
      {user.license ? (
        <ManageHeldLicense user={user} license={user.license} notice={notice} onClose={onClose} onDone={onDone} />
      ) : (
        <AssignLicense
          user={user}
          onClose={onClose}
          onDone={onDone}
          onAlreadyLicensed={(now, message) => {
            setUser(now);
            setNotice(message);
          }}
        />
      )}
    </Modal>
  );
}
