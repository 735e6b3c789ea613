import { Component, type ReactNode } from "react";

import { FailureNotice } from "../design/FailureNotice";
import { Page } from "../design/Page";
import { useText } from "../texts/useText";

/** Shows a page with a reload button if rendering throws. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <ErrorPage /> : this.props.children;
  }
}

function ErrorPage() {
  const text = useText();
  return (
    <Page title={text("failure.heading")} variant="narrow">
      <FailureNotice failure={{ kind: "bug", reference: null }} onRetry={() => window.location.reload()} />
    </Page>
  );
}
