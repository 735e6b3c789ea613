import { Notice } from "../design/Notice";
import { Spinner } from "../design/Spinner";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

/** The banner of a purchase whose payment the bank has not confirmed yet. */
export function WaitingPayment({ purchase }: { purchase: PurchaseContentsFragment }) {
  const text = useText();
  const { money } = useFormats();
  return (
    <Notice variant="info">
      <p className="pending">
        <Spinner /> {text("purchases.waiting", { number: purchase.number, total: money(purchase.total) })}
      </p>
    </Notice>
  );
}
