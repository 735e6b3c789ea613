import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Badge } from "../design/Badge";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { useAnnounce } from "../design/useAnnounce";
import { CancelPurchaseDocument, type PurchaseContentsFragment, type PurchaseState } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

const VARIANTS: Record<PurchaseState, "good" | "waiting" | "quiet" | "bad"> = {
  AWAITING_ACCEPTANCE: "waiting",
  AWAITING_PAYMENT: "waiting",
  COMPLETED: "good",
  FAILED: "bad",
  CANCELLED: "quiet",
  EXPIRED: "quiet",
};

/** A past purchase; one that was not paid can be cancelled. */
export function PurchaseRow({ purchase }: { purchase: PurchaseContentsFragment }) {
  const text = useText();
  const { money, date } = useFormats();
  const refusals = useRefusalText();
  const announce = useAnnounce();
  const { run, busy, failure } = useApiMutation(CancelPurchaseDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const { number, state } = purchase;
  const isOpen = state === "AWAITING_ACCEPTANCE" || state === "FAILED";

  const cancel = async () => {
    const result = (await run({ input: { purchaseId: purchase.id } }))?.cancelPurchase;
    if (!result) return;
    switch (result.__typename) {
      case "PurchaseCancelled":
        setProblem(null);
        return announce(text("purchases.gaveUp", { number }));
      case "PurchaseNotOpenError":
        return setProblem(
          text(result.purchase.state === "COMPLETED" ? "purchases.alreadyDone" : "purchases.cancelled"),
        );
      case "NotFoundError":
        return setProblem(refusals.notFound());
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return assertNever(result);
    }
  };

  return (
    <tr>
      <th scope="row" data-label={text("purchases.number")}>
        {number}
      </th>
      <td data-label={text("purchases.date")}>{date(purchase.createdAt)}</td>
      <td data-label={text("purchases.what")}>
        {purchase.lines
          .map((line) => text("purchases.line", { name: line.package.name, count: line.quantity }))
          .join(", ")}
      </td>
      <td data-label={text("purchases.state")}>
        <Badge variant={VARIANTS[state]}>{text(`purchases.state.${state}`)}</Badge>{" "}
        {isOpen && (
          <Button
            variant="quiet"
            size="small"
            isPending={busy}
            aria-label={text("purchases.giveUpNumber", { number })}
            onPress={() => void cancel()}
          >
            {text("purchases.giveUp")}
          </Button>
        )}
        {problem && <Notice variant="bad">{problem}</Notice>}
        <FailureNotice failure={failure} />
      </td>
      <td data-label={text("purchases.total")} className="number">
        {money(purchase.total)}
      </td>
    </tr>
  );
}
