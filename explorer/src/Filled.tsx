import { useCell } from "./cell";
import { filledIn } from "./filled";

/** Says which variables the last answer filled in. */
export function Filled() {
  const names = useCell(filledIn);
  return (
    <span role="status" className="bar-filled">
      {names.length > 0 && `Filled in: ${names.join(", ")}`}
    </span>
  );
}
