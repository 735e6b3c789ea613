import { useState } from "react";
import { CheckboxButton, CheckboxField } from "react-aria-components";

import type { Failure } from "../api/failure";
import { Button } from "../design/Button";
import { Choice } from "../design/Choice";
import { FailureNotice } from "../design/FailureNotice";
import { CheckIcon } from "../design/icons";
import { Notice } from "../design/Notice";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useSession } from "../session/SessionContext";
import { useFacts } from "../shell/facts";
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

/** The licenses that will be added, at frozen prices; the box to tick; the card; "Proceed to purchase". */
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
  const { payments } = useFacts();
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
      {replaced && <Notice look="info">{text("purchases.replaced", { number: replaced.number })}</Notice>}
      <PurchaseLines purchase={purchase} />
      {sandbox ? (
        <div className="test-cards">
          <Choice
            label={text("purchases.card")}
            chosen={card}
            onChoose={(id) => setCard(id as TestCard)}
            options={TEST_CARDS.map((id) => ({ id, label: text(`purchases.card.${id}`) }))}
          />
          <p className="field-hint">{text("purchases.cardHint")}</p>
        </div>
      ) : (
        <Notice look="warning">{text("purchases.noProvider", { provider: payments })}</Notice>
      )}
      <CheckboxField isSelected={accepted} onChange={setAccepted}>
        <CheckboxButton className="checkbox">
          <span className="checkbox-box">
            <CheckIcon />
          </span>
          {text("purchases.accept")}
        </CheckboxButton>
      </CheckboxField>
      {problem && <Notice look="bad">{problem}</Notice>}
      <FailureNotice failure={failure} again={pay} />
      <footer className="dialog-foot">
        <Button onPress={onClose}>{text("shell.cancel")}</Button>
        <Button look="main" isDisabled={!accepted || !sandbox} isPending={busy} onPress={pay}>
          {text("purchases.proceed")}
        </Button>
      </footer>
    </>
  );
}
