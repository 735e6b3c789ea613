import type { ReactNode } from "react";
import { Button, Dialog, Heading, Modal as AriaModal, ModalOverlay } from "react-aria-components";

import { useText } from "../texts/useText";
import { CrossIcon } from "./icons";

type ModalProps = {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  variant?: "normal" | "wide" | "drawer";
  role?: "dialog" | "alertdialog";
  /** The id of the text that a screen reader reads after the title. */
  describedBy?: string;
};

/** A modal dialog. It traps the focus and returns it to the opener; Escape and the cross close it. */
export function Modal({
  title,
  isOpen,
  onClose,
  children,
  variant = "normal",
  role = "dialog",
  describedBy,
}: ModalProps) {
  const text = useText();
  return (
    <ModalOverlay
      className={`overlay overlay-${variant}`}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
    >
      <AriaModal className={`modal modal-${variant}`}>
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
