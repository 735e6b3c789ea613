import type { ReactNode } from "react";

import { CheckIcon, InfoIcon, WarningIcon } from "./icons";

type NoticeProps = {
  look: "good" | "info" | "warning" | "bad";
  children: ReactNode;
  actions?: ReactNode;
};

const ICONS = { good: CheckIcon, info: InfoIcon, warning: WarningIcon, bad: WarningIcon };

/** A result or a refusal beside what it is about, with the way out. What is bad interrupts, the rest waits its turn. */
export function Notice({ look, children, actions }: NoticeProps) {
  const Icon = ICONS[look];
  return (
    <div className={`notice notice-${look}`} role={look === "bad" ? "alert" : "status"}>
      <Icon />
      <div className="notice-body">
        <div>{children}</div>
        {actions && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  );
}
