import type { PurchaseContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

/** The lines of a purchase and their total. */
export function PurchaseLines({ purchase }: { purchase: PurchaseContentsFragment }) {
  const text = useText();
  const { money } = useFormats();
  return (
    <dl className="bill">
      {purchase.lines.map((line) => (
        <div key={line.package.id} className="bill-line">
          <dt>
            <span className={`package-mark package-${line.package.code.toLowerCase()}`}>{line.package.name}</span>
            <span className="row-detail">
              {text("purchases.licenses", { count: line.quantity })} × {money(line.unitPrice)}
            </span>
          </dt>
          <dd>{money(line.total)}</dd>
        </div>
      ))}
      <div className="bill-line bill-total">
        <dt>
          {text("purchases.total")} <small>{text("purchases.beforeTaxes")}</small>
        </dt>
        <dd>{money(purchase.total)}</dd>
      </div>
    </dl>
  );
}
