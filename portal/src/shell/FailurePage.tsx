import type { Failure } from "../api/failure";
import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { useText } from "../texts/useText";

/** In the place of a page that could not be fetched at all. */
export function FailurePage({ failure, again }: { failure: Failure; again: () => void }) {
  const text = useText();
  return (
    <Page title={text("failure.heading")} look="narrow">
      <FailureNotice failure={failure} again={again} />
    </Page>
  );
}
