import type { ReactNode } from "react";

type EmptyStateProps = { title: string; icon?: ReactNode; children?: ReactNode; actions?: ReactNode };

/** Takes the place of an empty list, and suggests how to fill it. */
export function EmptyState({ title, icon, children, actions }: EmptyStateProps) {
  return (
    <div className="empty">
      {icon && <span className="empty-icon">{icon}</span>}
      <p className="empty-title">{title}</p>
      {children && <p className="empty-text">{children}</p>}
      {actions && <div className="empty-actions">{actions}</div>}
    </div>
  );
}
