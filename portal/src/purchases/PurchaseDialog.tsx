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

/** The pop-up of a purchase, from the acceptance to what became of the payment. */
export function PurchaseDialog(props: PurchaseDialogProps) {
  // Validated anew, it is another purchase, and its pop-up begins from the beginning.
  return <Steps key={props.purchase.id} {...props} />;
}

function Steps({ purchase, replaced, cartVersion, onValidated, onClose }: PurchaseDialogProps) {
  const text = useText();
  const { pay, look, busy, failure, paying } = usePay(purchase.id);
  const titles = {
    asking: text("purchases.confirm"),
    pending: text("purchases.pending"),
    done: text("purchases.done"),
    "not-open": text("purchases.confirm"),
  };
  return (
    <Modal title={titles[paying.at]} isOpen onClose={onClose}>
      {paying.at === "asking" && (
        <ConfirmPurchase
          purchase={purchase}
          replaced={replaced}
          problem={paying.problem}
          failure={failure}
          busy={busy}
          onPay={(card, accepted) => void pay(card, accepted)}
          onClose={onClose}
        />
      )}
      {paying.at === "pending" && <PendingPurchase purchase={paying.purchase} onLook={look} onClose={onClose} />}
      {paying.at === "done" && <PurchaseDone purchase={paying.purchase} onClose={onClose} />}
      {paying.at === "not-open" && (
        <PurchaseNotOpen
          purchase={paying.purchase}
          cartVersion={cartVersion}
          onValidated={onValidated}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
