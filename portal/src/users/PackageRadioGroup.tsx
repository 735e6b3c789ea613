import { Label, RadioButton, RadioField, RadioGroup } from "react-aria-components";
import { Link } from "react-router";

import type { SeatPoolCountsFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";

type PackageRadioGroupProps = {
  pools: SeatPoolCountsFragment[];
  selected: string | null;
  onSelect: (packageId: string) => void;
};

/**
 * The packages with their available seats. One without a seat is disabled, with a link to buy more beside it. The
 * counts are live.
 */
export function PackageRadioGroup({ pools, selected, onSelect }: PackageRadioGroupProps) {
  const text = useText();
  return (
    <RadioGroup className="choices" value={selected} onChange={onSelect}>
      <Label className="field-label">{text("users.choosePackage")}</Label>
      {pools.map((pool) => (
        <div key={pool.id} className="choice-row">
          <RadioField value={pool.package.id} isDisabled={pool.available === 0}>
            <RadioButton className="choice">
              <span className="choice-dot" />
              <span className={`package-mark package-${pool.package.code.toLowerCase()}`}>{pool.package.name}</span>
              <span className="choice-detail">{text("users.seatsFree", { count: pool.available })}</span>
            </RadioButton>
          </RadioField>
          {pool.available === 0 && (
            <Link
              className="button button-plain button-small"
              to={paths.licenses}
              aria-label={text("users.buyName", { name: pool.package.name })}
            >
              {text("users.buyMore")}
            </Link>
          )}
        </div>
      ))}
    </RadioGroup>
  );
}
