import { Component, type ReactNode } from "react";

import { Page } from "../design/Page";
import { FailureNotice } from "../design/FailureNotice";
import { useText } from "../texts/useText";

/** Keeps a fault in a page from leaving an empty window. */
export class BugBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <BugPage /> : this.props.children;
  }
}

function BugPage() {
  const text = useText();
  return (
    <Page title={text("failure.heading")} look="narrow">
      <FailureNotice failure={{ kind: "bug", reference: null }} again={() => window.location.reload()} />
    </Page>
  );
}
