import { Modal } from "../design/Modal";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { ConfirmPurchase } from "./ConfirmPurchase";
import { PendingPurchase } from "./PendingPurchase";
import { PurchaseDone } from "./PurchaseDone";
import { PurchaseNotOpen } from "./PurchaseNotOpen";
import { usePay } from "./usePay";
import type { Validated } from "./useValidate";

type PurchaseDialogProps = {
  purchase: PurchaseContentsFragment;
  replaced: PurchaseContentsFragment | null;
  cartVersion: string;
  onValidated: (validated: Validated) => void;
  onClose: () => void;
};

/** The dialog of a purchase, from the acceptance to the outcome of the payment. */
export function PurchaseDialog(props: PurchaseDialogProps) {
  // Validating again creates another purchase: the key resets the state of the dialog.
  return <Steps key={props.purchase.id} {...props} />;
}

function Steps({ purchase, replaced, cartVersion, onValidated, onClose }: PurchaseDialogProps) {
  const text = useText();
  const { pay, poll, busy, failure, payment } = usePay(purchase.id);
  const titles = {
    asking: text("purchases.confirm"),
    pending: text("purchases.pending"),
    done: text("purchases.done"),
    "not-open": text("purchases.confirm"),
  };
  return (
    <Modal title={titles[payment.step]} isOpen onClose={onClose}>
      {payment.step === "asking" && (
        <ConfirmPurchase
          purchase={purchase}
          replaced={replaced}
          problem={payment.problem}
          failure={failure}
          busy={busy}
          onPay={(card, accepted) => void pay(card, accepted)}
          onClose={onClose}
        />
      )}
      {payment.step === "pending" && <PendingPurchase purchase={payment.purchase} onPoll={poll} onClose={onClose} />}
      {payment.step === "done" && <PurchaseDone purchase={payment.purchase} onClose={onClose} />}
      {payment.step === "not-open" && (
        <PurchaseNotOpen
          purchase={payment.purchase}
          cartVersion={cartVersion}
          onValidated={onValidated}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
