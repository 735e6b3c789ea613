import { Button } from "../design/Button";
import { MailIcon } from "../design/icons";
import { Page } from "../design/Page";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

type LinkRequestedProps = { email: string; expiresAt: string; onAskAgain: () => void };

/** A link was requested; it is sent if the address is a user's. SessionWatch moves on once it was used. */
export function LinkRequested({ email, expiresAt, onAskAgain }: LinkRequestedProps) {
  const text = useText();
  const { time } = useFormats();
  return (
    <Page title={text("signIn.asked")} variant="narrow">
      <p className="big-icon">
        <MailIcon />
      </p>
      <p role="status">{text("signIn.askedText", { email, time: time(expiresAt) })}</p>
      <p className="quiet">{text("signIn.askedHint")}</p>
      <Button onPress={onAskAgain}>{text("signIn.again")}</Button>
    </Page>
  );
}
