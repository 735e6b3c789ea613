import { Label, RadioButton, RadioField, RadioGroup } from "react-aria-components";

import type { SeatPoolCountsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";

type PackageChoiceProps = {
  pools: SeatPoolCountsFragment[];
  chosen: string | null;
  onChoose: (packageId: string) => void;
};

/** The packages with a free seat, and how many each has. The counts move while one chooses. */
export function PackageChoice({ pools, chosen, onChoose }: PackageChoiceProps) {
  const text = useText();
  return (
    <RadioGroup className="choices" value={chosen} onChange={onChoose}>
      <Label className="field-label">{text("users.choosePackage")}</Label>
      {pools.map((pool) => (
        <RadioField key={pool.id} value={pool.package.id}>
          <RadioButton className="choice">
            <span className="choice-dot" />
            <span className={`package-mark package-${pool.package.code.toLowerCase()}`}>{pool.package.name}</span>
            <span className="choice-detail">{text("users.seatsFree", { count: pool.available })}</span>
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  );
}
