import type { ReactNode } from "react";

export function Badge({
  look,
  children,
}: {
  look: "good" | "waiting" | "quiet" | "bad" | "accent";
  children: ReactNode;
}) {
  return <span className={`badge badge-${look}`}>{children}</span>;
}
