import { useChange } from "../api/useChange";
import { unreachable } from "../api/unreachable";
import { SendActivationLinkDocument } from "../gql/graphql";
import { useRefusalText } from "../shell/useRefusalText";
import { useText } from "../texts/useText";

/** Has a fresh activation link mailed to who holds a license. */
export function useSendLink(onDone: (told: string) => void, onRefused: (problem: string) => void) {
  const text = useText();
  const refusals = useRefusalText();
  const { run, busy, failure } = useChange(SendActivationLinkDocument);

  const send = async (licenseId: string, email: string) => {
    const answer = (await run({ input: { licenseId } }))?.sendActivationLink;
    if (!answer) return;
    switch (answer.__typename) {
      case "ActivationLinkSent":
        return onDone(text("users.linkSent", { email }));
      case "NotFoundError":
        return onRefused(refusals.notFound());
      case "NotPermittedError":
        return onRefused(refusals.notPermitted());
      case "RateLimitedError":
        return onRefused(refusals.tooOften(answer.retryAt));
      default:
        return unreachable(answer);
    }
  };
  return { send, busy, failure };
}
