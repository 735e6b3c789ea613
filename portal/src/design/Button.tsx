import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";

import { Spinner } from "./Spinner";

type ButtonProps = Omit<AriaButtonProps, "children" | "className"> & {
  children: ReactNode;
  variant?: "main" | "plain" | "quiet" | "danger";
  size?: "normal" | "small";
};

/** A button; while `isPending` it keeps its size and focus, and shows a spinner. */
export function Button({ children, variant = "plain", size = "normal", ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button-${variant} button-${size}`}>
      {({ isPending }) => (
        <>
          {isPending && <Spinner />}
          <span>{children}</span>
        </>
      )}
    </AriaButton>
  );
}
