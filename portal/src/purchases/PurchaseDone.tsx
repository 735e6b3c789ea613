import { Link } from "react-router";

import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import type { PurchaseContentsFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";
import { PurchaseLines } from "./PurchaseLines";

/** The purchase is paid; the next step is to assign its licenses. */
export function PurchaseDone({ purchase, onClose }: { purchase: PurchaseContentsFragment; onClose: () => void }) {
  const text = useText();
  const count = purchase.lines.reduce((sum, line) => sum + line.quantity, 0);
  return (
    <>
      <Notice variant="good">{text("purchases.doneText", { count, number: purchase.number })}</Notice>
      <PurchaseLines purchase={purchase} />
      <footer className="dialog-foot">
        <Button autoFocus onPress={onClose}>
          {text("shell.close")}
        </Button>
        <Link className="button button-main button-normal" to={`${paths.users}?show=without`}>
          {text("purchases.assign")}
        </Link>
      </footer>
    </>
  );
}
