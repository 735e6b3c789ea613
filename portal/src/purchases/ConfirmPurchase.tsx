import { useState } from "react";
import { CheckboxButton, CheckboxField } from "react-aria-components";

import type { Failure } from "../api/failure";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { CheckIcon } from "../design/icons";
import { Notice } from "../design/Notice";
import { SelectInput } from "../design/SelectInput";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useSession } from "../session/SessionContext";
import { useConfig } from "../shell/ConfigContext";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { PurchaseLines } from "./PurchaseLines";
import { TEST_CARDS, type TestCard } from "./testCards";

type ConfirmPurchaseProps = {
  purchase: PurchaseContentsFragment;
  replaced: PurchaseContentsFragment | null;
  problem: string | null;
  failure: Failure | null;
  busy: boolean;
  onPay: (card: string, accepted: boolean) => void;
  onClose: () => void;
};

/** The lines of the purchase at frozen prices, the checkbox, the card, and "Proceed to purchase". */
export function ConfirmPurchase({
  purchase,
  replaced,
  problem,
  failure,
  busy,
  onPay,
  onClose,
}: ConfirmPurchaseProps) {
  const text = useText();
  const { time } = useFormats();
  const { viewer } = useSession();
  const { payments } = useConfig();
  const [accepted, setAccepted] = useState(false);
  const [card, setCard] = useState<TestCard>("pm_card_visa");
  const sandbox = payments === "sandbox";
  const pay = () => onPay(card, accepted);
  return (
    <>
      <p className="dialog-intro">
        {text("purchases.confirmIntro", {
          account: viewer.account.name,
          time: purchase.expiresAt ? time(purchase.expiresAt) : "",
        })}
      </p>
      {replaced && <Notice variant="info">{text("purchases.replaced", { number: replaced.number })}</Notice>}
      <PurchaseLines purchase={purchase} />
      {sandbox ? (
        <div className="test-cards">
          <SelectInput
            label={text("purchases.card")}
            selected={card}
            onSelect={(id) => setCard(id as TestCard)}
            options={TEST_CARDS.map((id) => ({ id, label: text(`purchases.card.${id}`) }))}
          />
          <p className="field-hint">{text("purchases.cardHint")}</p>
        </div>
      ) : (
        <Notice variant="warning">{text("purchases.noProvider", { provider: payments })}</Notice>
      )}
      <CheckboxField isSelected={accepted} onChange={setAccepted}>
        <CheckboxButton className="checkbox">
          <span className="checkbox-box">
            <CheckIcon />
          </span>
          {text("purchases.accept")}
        </CheckboxButton>
      </CheckboxField>
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={pay} />
      <footer className="dialog-foot">
        <Button onPress={onClose}>{text("shell.cancel")}</Button>
        <Button variant="main" isDisabled={!accepted || !sandbox} isPending={busy} onPress={pay}>
          {text("purchases.proceed")}
        </Button>
      </footer>
    </>
  );
}
