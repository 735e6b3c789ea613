import { assertNever } from "../api/assertNever";
import type { Failure } from "../api/failure";
import { useText } from "../texts/useText";

/** A failure in words. */
export function useFailureText(): (failure: Failure) => string {
  const text = useText();
  return (failure) => {
    switch (failure.kind) {
      case "signed-out":
        return text("failure.signedOut");
      case "outdated":
        return text("failure.outdated");
      case "not-permitted":
        return text("failure.notPermitted");
      case "busy":
        return text("failure.busy");
      case "unavailable":
        return text("failure.unavailable");
      case "offline":
        return text("failure.offline");
      case "stale-version":
        return text("failure.staleVersion");
      case "bug":
        return failure.reference ? text("failure.reference", { reference: failure.reference }) : text("failure.bug");
      default:
        return assertNever(failure);
    }
  };
}
