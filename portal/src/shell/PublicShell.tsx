import { Suspense } from "react";
import { Outlet } from "react-router";

import { PageSkeleton } from "../design/PageSkeleton";
import { Footer } from "./Footer";
import { Wordmark } from "./Wordmark";

/** The layout of the pages that need no sign-in. */
export function PublicShell() {
  return (
    <div className="open-shell">
      <header className="open-top">
        <Wordmark />
      </header>
      <Suspense fallback={<PageSkeleton />}>
        <Outlet />
      </Suspense>
      <Footer />
    </div>
  );
}
