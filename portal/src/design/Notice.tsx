import type { ReactNode } from "react";

import { CheckIcon, InfoIcon, WarningIcon } from "./icons";

type NoticeProps = {
  variant: "good" | "info" | "warning" | "bad";
  children: ReactNode;
  actions?: ReactNode;
};

const ICONS = { good: CheckIcon, info: InfoIcon, warning: WarningIcon, bad: WarningIcon };

/** A result or a refusal, with its actions. A bad one is an alert, which interrupts a screen reader; others wait. */
export function Notice({ variant, children, actions }: NoticeProps) {
  const Icon = ICONS[variant];
  return (
    <div className={`notice notice-${variant}`} role={variant === "bad" ? "alert" : "status"}>
      <Icon />
      <div className="notice-body">
        <div>{children}</div>
        {actions && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  );
}
