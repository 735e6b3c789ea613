import { useState } from "react";

import { Modal } from "../design/Modal";
import type { ManagedUserFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { AssignLicense } from "./AssignLicense";
import { ManageHeldLicense } from "./ManageHeldLicense";

type ManageLicenseDialogProps = {
  user: ManagedUserFragment;
  onClose: () => void;
  onDone: (told: string) => void;
};

/** "Manage license" of one person: assign one to who holds none; change, transfer or remove the one that is held. */
export function ManageLicenseDialog({ user: opened, onClose, onDone }: ManageLicenseDialogProps) {
  const text = useText();
  // A refusal may bring news of the person: that somebody has given them a license meanwhile.
  const [user, setUser] = useState(opened);
  const [news, setNews] = useState<string | null>(null);
  const name = `${user.firstName} ${user.lastName}`;
  return (
    <Modal title={text("users.manageOf", { name })} isOpen onClose={onClose}>
      {user.license ? (
        <ManageHeldLicense user={user} license={user.license} news={news} onClose={onClose} onDone={onDone} />
      ) : (
        <AssignLicense
          user={user}
          onClose={onClose}
          onDone={onDone}
          onHeld={(now, told) => {
            setUser(now);
            setNews(told);
          }}
        />
      )}
    </Modal>
  );
}
