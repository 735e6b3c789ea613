import { assertNever } from "../api/assertNever";
import { useApiMutation } from "../api/useApiMutation";
import { SendActivationLinkDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Sends a new activation link to the holder of a license. */
export function useSendLink(onDone: (message: string) => void, onRefused: (problem: string) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useApiMutation(SendActivationLinkDocument);

  const send = async (licenseId: string, email: string) => {
    const result = (await run({ input: { licenseId } }))?.sendActivationLink;
    if (!result) return;
    switch (result.__typename) {
      case "ActivationLinkSent":
        return onDone(text("users.linkSent", { email }));
      case "NotFoundError":
        return onRefused(refusals.notFound());
      case "NotPermittedError":
        return onRefused(refusals.notPermitted());
      case "RateLimitedError":
        return onRefused(refusals.tooOften(result.retryAt));
      default:
        return assertNever(result);
    }
  };
  return { send, busy, failure };
}
