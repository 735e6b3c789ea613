import { useEffect, useEffectEvent } from "react";

import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import { Spinner } from "../design/Spinner";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { PurchaseLines } from "./PurchaseLines";

const LOOK_EVERY = 2000;

type PendingPurchaseProps = {
  purchase: PurchaseContentsFragment;
  onLook: () => Promise<void>;
  onClose: () => void;
};

/** The bank has not answered yet. Nothing to do but look; the purchase goes on without this window. */
export function PendingPurchase({ purchase, onLook, onClose }: PendingPurchaseProps) {
  const text = useText();
  const look = useEffectEvent(onLook);

  useEffect(() => {
    const timer = window.setInterval(() => void look(), LOOK_EVERY);
    return () => window.clearInterval(timer);
  }, []);

  return (
    <>
      <Notice look="info">
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
