import type { Failure } from "../api/failure";
import { useText } from "../texts/useText";
import { Button } from "./Button";
import { Notice } from "./Notice";
import { useFailureText } from "./useFailureText";

/** The text of a failure, with a button that retries or reloads. */
export function FailureNotice({ failure, onRetry }: { failure: Failure | null; onRetry?: () => void }) {
  const text = useText();
  const failureText = useFailureText();
  if (!failure) return null;
  const reload = (
    <Button size="small" onPress={() => window.location.reload()}>
      {text("failure.reload")}
    </Button>
  );
  const retry = onRetry && (
    <Button size="small" onPress={onRetry}>
      {text("shell.tryAgain")}
    </Button>
  );
  return (
    <Notice variant="bad" actions={failure.kind === "outdated" ? reload : retry}>
      {failureText(failure)}
    </Notice>
  );
}
