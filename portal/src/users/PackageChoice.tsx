import { Label, RadioButton, RadioField, RadioGroup } from "react-aria-components";
import { Link } from "react-router";

import type { SeatPoolCountsFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";

type PackageChoiceProps = {
  pools: SeatPoolCountsFragment[];
  chosen: string | null;
  onChoose: (packageId: string) => void;
};

/**
 * Every package, and how many seats of it are available. One without a seat cannot be chosen: beside it is the way to
 * buy more. The counts move while one chooses.
 */
export function PackageChoice({ pools, chosen, onChoose }: PackageChoiceProps) {
  const text = useText();
  return (
    <RadioGroup className="choices" value={chosen} onChange={onChoose}>
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
