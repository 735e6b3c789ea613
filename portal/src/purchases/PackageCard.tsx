import { useId, useState } from "react";

import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { Button } from "../design/Button";
import { FailureNotice } from "../design/FailureNotice";
import { Notice } from "../design/Notice";
import { QuantityInput } from "../design/QuantityInput";
import { useAnnounce } from "../design/useAnnounce";
import { AddToCartDocument, type AddToCartMutation, type PackageOfferFragment } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";
import { MAX_QUANTITY } from "./limits";
import { PackageFeatures } from "./PackageFeatures";

/** A package: its features, its price, and the quantity to add to the cart. */
export function PackageCard({ offer }: { offer: PackageOfferFragment }) {
  const text = useText();
  const { money } = useFormats();
  const refusals = useRefusalText();
  const announce = useAnnounce();
  const { run, busy, failure } = useApiMutation(AddToCartDocument);
  const [quantity, setQuantity] = useState(1);
  const [problem, setProblem] = useState<string | null>(null);
  const heading = useId();

  const showResult = (result: AddToCartMutation["addToCart"]) => {
    switch (result.__typename) {
      case "CartChanged":
        setQuantity(1);
        announce(text("purchases.added", { name: offer.name, count: quantity, total: money(result.cart.total) }));
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

  const add = async () => {
    const data = await run({ input: { packageId: offer.id, quantity } });
    if (data) showResult(data.addToCart);
  };

  return (
    <article className={`package package-${offer.code.toLowerCase()}`} aria-labelledby={heading}>
      <h3 id={heading} className="package-name">
        {offer.name}
      </h3>
      <p className="package-price">
        <strong>{money(offer.unitPrice)}</strong>
        <span>{text(offer.term === "YEAR" ? "purchases.perYear" : "purchases.perMonth")}</span>
      </p>
      <PackageFeatures offer={offer} />
      <div className="package-add">
        <QuantityInput
          label={text("purchases.quantityOf", { name: offer.name })}
          hideLabel
          minValue={1}
          maxValue={MAX_QUANTITY}
          value={quantity}
          onChange={(value) => setQuantity(Number.isNaN(value) ? 1 : value)}
        />
        <Button
          variant="main"
          isPending={busy}
          aria-label={text("purchases.addName", { name: offer.name })}
          onPress={() => void add()}
        >
          {text("purchases.add")}
        </Button>
      </div>
      {problem && <Notice variant="bad">{problem}</Notice>}
      <FailureNotice failure={failure} onRetry={() => void add()} />
    </article>
  );
}
