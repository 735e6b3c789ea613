import type { Failure } from "../api/failure";
import { useText } from "../texts/useText";
import { Button } from "./Button";
import { Notice } from "./Notice";
import { useFailureText } from "./useFailureText";

/** What went wrong, calmly, and what to do about it. */
export function FailureNotice({ failure, again }: { failure: Failure | null; again?: () => void }) {
  const text = useText();
  const told = useFailureText();
  if (!failure) return null;
  const reload = (
    <Button size="small" onPress={() => window.location.reload()}>
      {text("failure.reload")}
    </Button>
  );
  const retry = again && (
    <Button size="small" onPress={again}>
      {text("shell.tryAgain")}
    </Button>
  );
  return (
    <Notice look="bad" actions={failure.kind === "outdated" ? reload : retry}>
      {told(failure)}
    </Notice>
  );
}
