import { type ReactNode, useId } from "react";

type SectionProps = { title: string; intro?: ReactNode; actions?: ReactNode; children: ReactNode };

export function Section({ title, intro, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section-head">
        <div>
          <h2 id={id} className="section-title">
            {title}
          </h2>
          {intro && <p className="section-intro">{intro}</p>}
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}
