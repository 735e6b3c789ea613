import type { ReactNode } from "react";

export function Badge({
  variant,
  children,
}: {
  variant: "good" | "waiting" | "quiet" | "bad" | "accent";
  children: ReactNode;
}) {
  return <span className={`badge badge-${variant}`}>{children}</span>;
}
