import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";

import { Spinner } from "./Spinner";

type ButtonProps = Omit<AriaButtonProps, "children" | "className"> & {
  children: ReactNode;
  look?: "main" | "plain" | "quiet" | "danger";
  size?: "normal" | "small";
};

/** A button; while `isPending` it keeps its place and focus, and says that it works. */
export function Button({ children, look = "plain", size = "normal", ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button-${look} button-${size}`}>
      {({ isPending }) => (
        <>
          {isPending && <Spinner />}
          <span>{children}</span>
        </>
      )}
    </AriaButton>
  );
}
