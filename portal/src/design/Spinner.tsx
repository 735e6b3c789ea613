import { ProgressBar } from "react-aria-components";

import { useText } from "../texts/useText";

export function Spinner() {
  const text = useText();
  return <ProgressBar className="spinner" isIndeterminate aria-label={text("shell.working")} />;
}
