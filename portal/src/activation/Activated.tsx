import { CheckIcon } from "../design/icons";
import { Page } from "../design/Page";
import { useFacts } from "../shell/facts";
import { useText } from "../texts/useText";

/** It is active; the next step is to install what it is for. */
export function Activated({ packageName }: { packageName: string }) {
  const text = useText();
  const { installUrl } = useFacts();
  return (
    <Page title={text("activation.done")} intro={text("activation.doneText", { package: packageName })} look="narrow">
      <p className="big-icon big-icon-good">
        <CheckIcon />
      </p>
      <p>
        <a className="button button-main button-normal" href={installUrl} rel="noreferrer">
          {text("activation.install")}
        </a>
      </p>
    </Page>
  );
}
