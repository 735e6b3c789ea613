import { useState } from "react";

import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { Badge } from "../design/Badge";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { useAnnounce } from "../design/useAnnounce";
import { CancelPurchaseDocument, type PurchaseContentsFragment, type PurchaseState } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

const LOOKS: Record<PurchaseState, "good" | "waiting" | "quiet" | "bad"> = {
  AWAITING_ACCEPTANCE: "waiting",
  AWAITING_PAYMENT: "waiting",
  COMPLETED: "good",
  FAILED: "bad",
  CANCELLED: "quiet",
  EXPIRED: "quiet",
};

/** A past purchase; one that was not paid can be given up. */
export function PurchaseRow({ purchase }: { purchase: PurchaseContentsFragment }) {
  const text = useText();
  const { money, date } = useFormats();
  const refusals = useRefusalText();
  const announce = useAnnounce();
  const { run, busy, failure } = useChange(CancelPurchaseDocument);
  const [problem, setProblem] = useState<string | null>(null);
  const { number, state } = purchase;
  const isOpen = state === "AWAITING_ACCEPTANCE" || state === "FAILED";

  const giveUp = async () => {
    const answer = (await run({ input: { purchaseId: purchase.id } }))?.cancelPurchase;
    if (!answer) return;
    switch (answer.__typename) {
      case "PurchaseCancelled":
        setProblem(null);
        return announce(text("purchases.gaveUp", { number }));
      case "PurchaseNotOpenError":
        return setProblem(
          text(answer.purchase.state === "COMPLETED" ? "purchases.alreadyDone" : "purchases.cancelled"),
        );
      case "NotFoundError":
        return setProblem(refusals.notFound());
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return unreachable(answer);
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
        <Badge look={LOOKS[state]}>{text(`purchases.state.${state}`)}</Badge>{" "}
        {isOpen && (
          <Button
            look="quiet"
            size="small"
            isPending={busy}
            aria-label={text("purchases.giveUpNumber", { number })}
            onPress={() => void giveUp()}
          >
            {text("purchases.giveUp")}
          </Button>
        )}
        {problem && <Notice look="bad">{problem}</Notice>}
        <FailureNotice failure={failure} />
      </td>
      <td data-label={text("purchases.total")} className="number">
        {money(purchase.total)}
      </td>
    </tr>
  );
}
