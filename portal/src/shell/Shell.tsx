import { Suspense, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Outlet } from "react-router";

import { MenuIcon } from "../design/icons";
import { Modal } from "../design/Modal";
import { PageSkeleton } from "../design/PageSkeleton";
import { LiveCounts } from "../seats/LiveCounts";
import { LiveLight } from "../seats/LiveLight";
import { useText } from "../texts/useText";
import { Footer } from "./Footer";
import { Navigation } from "./Navigation";
import { SignedInAs } from "./SignedInAs";
import { Wordmark } from "./Wordmark";

/** What surrounds each page of who is signed in: beside it on a wide screen, behind a button on a narrow one. */
export function Shell() {
  const text = useText();
  const [menuOpen, setMenuOpen] = useState(false);
  return (
    <LiveCounts>
      <a className="skip" href="#content">
        {text("shell.skip")}
      </a>
      <div className="shell">
        <header className="side">
          <div className="side-top">
            <Wordmark />
            <LiveLight />
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
        <Modal title={text("shell.menu")} look="drawer" isOpen={menuOpen} onClose={() => setMenuOpen(false)}>
          <Navigation onFollow={() => setMenuOpen(false)} />
          <SignedInAs />
        </Modal>
        <div className="shell-main">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
          <Footer />
        </div>
      </div>
    </LiveCounts>
  );
}
