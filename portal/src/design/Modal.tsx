import type { ReactNode } from "react";
import { Button, Dialog, Heading, Modal as AriaModal, ModalOverlay } from "react-aria-components";

import { useText } from "../texts/useText";
import { CrossIcon } from "./icons";

type ModalProps = {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  look?: "normal" | "wide" | "drawer";
  role?: "dialog" | "alertdialog";
  /** The id of the text that a screen reader says after the title. */
  describedBy?: string;
};

/** A pop-up. Focus goes in, stays, and returns to what opened it; Escape and the cross close it. */
export function Modal({
  title,
  isOpen,
  onClose,
  children,
  look = "normal",
  role = "dialog",
  describedBy,
}: ModalProps) {
  const text = useText();
  return (
    <ModalOverlay
      className={`overlay overlay-${look}`}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
    >
      <AriaModal className={`modal modal-${look}`}>
        <Dialog className="dialog" role={role} {...(describedBy ? { "aria-describedby": describedBy } : {})}>
          <header className="dialog-head">
            <Heading slot="title" className="dialog-title">
              {title}
            </Heading>
            <Button className="icon-button" aria-label={text("shell.close")} onPress={onClose}>
              <CrossIcon />
            </Button>
          </header>
          {children}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
