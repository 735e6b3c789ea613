import { CheckIcon } from "../design/icons";
import { Page } from "../design/Page";
import { useConfig } from "../shell/ConfigContext";
import { useText } from "../texts/useText";

/** It is active; the next step is to install what it is for. */
export function Activated({ packageName }: { packageName: string }) {
  const text = useText();
  const { installUrl } = useConfig();
  return (
    <Page
      title={text("activation.done")}
      intro={text("activation.doneText", { package: packageName })}
      variant="narrow"
    >
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
