import { type ReactNode, useEffect, useRef } from "react";
import { NavigationType, useNavigationType } from "react-router";

import { useText } from "../texts/useText";

type PageProps = {
  title: string;
  intro?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  variant?: "wide" | "narrow";
};

// The first page of a visit leaves the focus to the browser.
let visited = false;

/** A page: sets the document's title, and focuses its heading after a navigation. */
export function Page({ title, intro, actions, children, variant = "wide" }: PageProps) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const navigationType = useNavigationType();

  useEffect(() => {
    document.title = text("shell.title", { page: title });
  }, [text, title]);

  useEffect(() => {
    if (visited) heading.current?.focus({ preventScroll: navigationType === NavigationType.Pop });
    visited = true;
    // Only on mount: a title in another language is the same page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <main className={`page page-${variant}`} id="content">
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1} className="page-title">
            {title}
          </h1>
          {intro && <p className="page-intro">{intro}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}
