import { filledVariables } from "./filled-variables";
import { useStore } from "./store";

/** Shows the variables that the last result filled in. */
export function FilledVariables() {
  const names = useStore(filledVariables);
  return (
    <span role="status" className="bar-filled">
      {names.length > 0 && `Filled in: ${names.join(", ")}`}
    </span>
  );
}
