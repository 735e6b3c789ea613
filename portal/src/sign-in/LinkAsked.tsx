import { Button } from "../design/Button";
import { MailIcon } from "../design/icons";
import { Page } from "../design/Page";
import { useFormats } from "../texts/useFormats";
import { useText } from "../texts/useText";

type LinkAskedProps = { email: string; expiresAt: string; onAgain: () => void };

/** A link is on its way, if the address is a user's. This window goes on by itself once the link is followed. */
export function LinkAsked({ email, expiresAt, onAgain }: LinkAskedProps) {
  const text = useText();
  const { time } = useFormats();
  return (
    <Page title={text("signIn.asked")} look="narrow">
      <p className="big-icon">
        <MailIcon />
      </p>
      <p role="status">{text("signIn.askedText", { email, time: time(expiresAt) })}</p>
      <p className="quiet">{text("signIn.askedHint")}</p>
      <Button onPress={onAgain}>{text("signIn.again")}</Button>
    </Page>
  );
}
