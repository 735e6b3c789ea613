import { useEffect, useEffectEvent } from "react";

import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import { Spinner } from "../design/Spinner";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { PurchaseLines } from "./PurchaseLines";

const POLL_INTERVAL = 2000;

type PendingPurchaseProps = {
  purchase: PurchaseContentsFragment;
  onPoll: () => Promise<void>;
  onClose: () => void;
};

/** The payment waits for the bank: polls its state. The purchase completes without this window, too. */
export function PendingPurchase({ purchase, onPoll, onClose }: PendingPurchaseProps) {
  const text = useText();
  const poll = useEffectEvent(onPoll);

  useEffect(() => {
    const timer = window.setInterval(() => void poll(), POLL_INTERVAL);
    return () => window.clearInterval(timer);
  }, []);

  return (
    <>
      <Notice variant="info">
        <p className="pending">
          <Spinner /> {text("purchases.pendingText")}
        </p>
      </Notice>
      <PurchaseLines purchase={purchase} />
      <footer className="dialog-foot">
        <Button onPress={onClose}>{text("shell.close")}</Button>
      </footer>
    </>
  );
}
