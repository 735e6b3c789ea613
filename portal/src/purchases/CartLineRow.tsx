import { useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { QuantityInput } from "../design/QuantityInput";
import { useAnnounce } from "../design/useAnnounce";
import {
  type CartContentsFragment,
  ChangeCartLineDocument,
  type ChangeCartLineMutation,
  RemoveFromCartDocument,
  type RemoveFromCartMutation,
} from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { MAX_QUANTITY } from "./limits";

/** One package in the cart. Its quantity is sent as soon as it is set. */
export function CartLineRow({ line }: { line: CartContentsFragment["lines"][number] }) {
  const text = useText();
  const { money } = useFormats();
  const refusals = useRefusalText();
  const announce = useAnnounce();
  const changing = useApiMutation(ChangeCartLineDocument);
  const removing = useApiMutation(RemoveFromCartDocument);
  const [quantity, setQuantity] = useState(line.quantity);
  const [problem, setProblem] = useState<string | null>(null);
  const { name } = line.package;

  // Another window, or the server, changed the quantity.
  const [previousQuantity, setPreviousQuantity] = useState(line.quantity);
  if (previousQuantity !== line.quantity) {
    setPreviousQuantity(line.quantity);
    setQuantity(line.quantity);
  }

  const showResult = (
    result: ChangeCartLineMutation["changeCartLine"] | RemoveFromCartMutation["removeFromCart"],
    announcement: (total: string) => string,
  ) => {
    switch (result.__typename) {
      case "CartChanged":
        announce(announcement(money(result.cart.total)));
        return setProblem(null);
      case "InvalidInputError":
        return setProblem(refusals.invalid(result.fields));
      case "NotFoundError":
        return setProblem(refusals.notFound());
      case "NotPermittedError":
        return setProblem(refusals.notPermitted());
      default:
        return assertNever(result);
    }
  };

  const change = async (value: number) => {
    if (Number.isNaN(value) || value === line.quantity) return setQuantity(line.quantity);
    setQuantity(value);
    const data = await changing.run({ input: { cartLineId: line.id, quantity: value } });
    if (data) showResult(data.changeCartLine, (total) => text("purchases.changed", { name, count: value, total }));
    else setQuantity(line.quantity);
  };

  const remove = async () => {
    const data = await removing.run({ input: { cartLineId: line.id } });
    if (data) showResult(data.removeFromCart, (total) => text("purchases.removed", { name, total }));
  };

  return (
    <li className="cart-line">
      <div className="cart-line-name">
        <span className={`package-mark package-${line.package.code.toLowerCase()}`}>{name}</span>
        <span className="row-detail">{text("purchases.unitPrice", { price: money(line.unitPrice) })}</span>
      </div>
      <QuantityInput
        label={text("purchases.quantityOf", { name })}
        hideLabel
        minValue={1}
        maxValue={MAX_QUANTITY}
        value={quantity}
        onChange={(value) => void change(value)}
      />
      <span className="cart-line-total">{money(line.total)}</span>
      <Button
        variant="quiet"
        size="small"
        isPending={removing.busy}
        aria-label={text("purchases.removeName", { name })}
        onPress={() => void remove()}
      >
        {text("purchases.remove")}
      </Button>
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={changing.failure ?? removing.failure} />
    </li>
  );
}
