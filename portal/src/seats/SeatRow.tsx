import { Button, Meter } from "react-aria-components";
import { Link } from "react-router";

import type { SeatPoolCountsFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";
import { Count } from "./Count";
import type { HolderSelection } from "./HoldersDialog";

/** The seats of one package. Each count links to the people or seats behind it. */
export function SeatRow({
  pool,
  onSelect,
}: {
  pool: SeatPoolCountsFragment;
  onSelect: (selection: HolderSelection) => void;
}) {
  const text = useText();
  const { name, code } = pool.package;
  const holdersButton = (holders: HolderSelection["holders"], count: number, label: string) => (
    <Button className="count-button" aria-label={label} onPress={() => onSelect({ code, name, holders })}>
      <Count value={count} />
    </Button>
  );
  return (
    <tr>
      <th scope="row" data-label={text("seats.package")}>
        <span className={`package-mark package-${code.toLowerCase()}`}>{name}</span>
        <Meter
          className="meter"
          aria-label={text("seats.use", { assigned: pool.assigned, purchased: pool.purchased })}
          value={pool.assigned}
          maxValue={Math.max(pool.purchased, 1)}
        >
          {({ percentage }) => (
            <svg className="meter-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect className="meter-ground" width="100" height="4" rx="2" />
              <rect className="meter-fill" width={percentage} height="4" rx="2" />
            </svg>
          )}
        </Meter>
      </th>
      <td className="number" data-label={text("seats.available")}>
        <Link
          className="count-button"
          to={`${paths.users}?show=without`}
          aria-label={text("seats.showAvailable", { name, count: pool.available })}
        >
          <Count value={pool.available} />
        </Link>
      </td>
      <td className="number" data-label={text("seats.assigned")}>
        {holdersButton("assigned", pool.assigned, text("seats.showAssigned", { name, count: pool.assigned }))}
      </td>
      <td className="number" data-label={text("seats.activated")}>
        {holdersButton("activated", pool.activated, text("seats.showActivated", { name, count: pool.activated }))}
      </td>
      <td className="number" data-label={text("seats.purchased")}>
        <Count value={pool.purchased} />
      </td>
    </tr>
  );
}
