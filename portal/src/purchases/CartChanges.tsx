import type { CartContentsFragment } from "../gql/graphql";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

type CartChangesProps = { before: CartContentsFragment; after: CartContentsFragment };

/** The differences between two versions of the cart, line by line. */
export function CartChanges({ before, after }: CartChangesProps) {
  const text = useText();
  const { money } = useFormats();
  const lineIn = (cart: CartContentsFragment, id: string) => cart.lines.find((line) => line.id === id);
  const gone = before.lines.filter((line) => !lineIn(after, line.id));
  const changes = [
    ...gone.map((line) => text("purchases.cartMovedRemoved", { name: line.package.name })),
    ...after.lines.flatMap((line) => {
      const { name } = line.package;
      const old = lineIn(before, line.id);
      if (!old) return [text("purchases.cartMovedAdded", { name, count: line.quantity })];
      if (old.quantity !== line.quantity) {
        return [text("purchases.cartMovedQuantity", { name, before: old.quantity, after: line.quantity })];
      }
      if (old.unitPrice.amount !== line.unitPrice.amount) {
        return [
          text("purchases.cartMovedPrice", { name, before: money(old.unitPrice), after: money(line.unitPrice) }),
        ];
      }
      return [];
    }),
  ];
  if (changes.length === 0) return <p>{text("purchases.cartMovedNothing")}</p>;
  return (
    <>
      <p>{text("purchases.cartMoved")}</p>
      <ul className="plain-list">
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
    </>
  );
}
