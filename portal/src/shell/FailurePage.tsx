import type { Failure } from "../api/failure";
import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { useText } from "../texts/useText";

/** Takes the place of a page that could not be loaded. */
export function FailurePage({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const text = useText();
  return (
    <Page title={text("failure.heading")} variant="narrow">
      <FailureNotice failure={failure} onRetry={onRetry} />
    </Page>
  );
}
