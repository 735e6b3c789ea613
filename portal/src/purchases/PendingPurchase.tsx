import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";

import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import { Spinner } from "../design/Spinner";
import { PurchaseDocument, type PurchaseContentsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { PurchaseLines } from "./PurchaseLines";

const LOOK_EVERY = 1500;

type PendingPurchaseProps = {
  purchase: PurchaseContentsFragment;
  onSettled: (purchase: PurchaseContentsFragment) => void;
  onClose: () => void;
};

/** The bank has not answered yet. Nothing to do but look; the purchase goes on without this window. */
export function PendingPurchase({ purchase, onSettled, onClose }: PendingPurchaseProps) {
  const text = useText();
  const { data } = useQuery(PurchaseDocument, {
    variables: { id: purchase.id },
    pollInterval: LOOK_EVERY,
    fetchPolicy: "network-only",
  });
  const now = data?.node?.__typename === "Purchase" ? data.node : null;

  useEffect(() => {
    if (now && now.state !== "AWAITING_PAYMENT") onSettled(now);
  }, [now, onSettled]);

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
