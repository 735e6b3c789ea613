import { type ReactNode, useEffect, useRef } from "react";
import { NavigationType, useNavigationType } from "react-router";

import { useText } from "../texts/useText";

type PageProps = {
  title: string;
  intro?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  look?: "wide" | "narrow";
};

// The first page of a visit leaves focus where the browser puts it.
let visited = false;

/** A page: its title is in the tab, and takes the focus when somebody comes here from another page. */
export function Page({ title, intro, actions, children, look = "wide" }: PageProps) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const came = useNavigationType();

  useEffect(() => {
    document.title = text("shell.title", { page: title });
  }, [text, title]);

  useEffect(() => {
    if (visited) heading.current?.focus({ preventScroll: came === NavigationType.Pop });
    visited = true;
    // Only when the page is shown first: a title in another language is no other page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <main className={`page page-${look}`} id="content">
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
