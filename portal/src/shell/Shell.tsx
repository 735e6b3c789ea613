import { Suspense, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Outlet } from "react-router";

import { MenuIcon } from "../design/icons";
import { Modal } from "../design/Modal";
import { PageSkeleton } from "../design/PageSkeleton";
import { LiveCountsProvider } from "../seats/LiveCountsProvider";
import { LiveIndicator } from "../seats/LiveIndicator";
import { useText } from "../texts/useText";
import { Footer } from "./Footer";
import { Navigation } from "./Navigation";
import { SignedInAs } from "./SignedInAs";
import { Wordmark } from "./Wordmark";

/** The layout of the signed-in pages: navigation beside the page, or behind a button on a narrow screen. */
export function Shell() {
  const text = useText();
  const [menuOpen, setMenuOpen] = useState(false);
  return (
    <LiveCountsProvider>
      <a className="skip" href="#content">
        {text("shell.skip")}
      </a>
      <div className="shell">
        <header className="side">
          <div className="side-top">
            <Wordmark />
            <LiveIndicator />
            <AriaButton
              className="icon-button menu-button"
              aria-label={text("shell.menu")}
              onPress={() => setMenuOpen(true)}
            >
              <MenuIcon />
            </AriaButton>
          </div>
          <div className="side-wide">
            <Navigation />
            <SignedInAs />
          </div>
        </header>
        <Modal title={text("shell.menu")} variant="drawer" isOpen={menuOpen} onClose={() => setMenuOpen(false)}>
          <Navigation onNavigate={() => setMenuOpen(false)} />
          <SignedInAs />
        </Modal>
        <div className="shell-main">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
          <Footer />
        </div>
      </div>
    </LiveCountsProvider>
  );
}
