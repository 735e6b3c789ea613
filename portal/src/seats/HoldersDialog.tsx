import { Link } from "react-router";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

import { Modal } from "../design/Modal";
import { paths } from "../paths";
import { useText } from "../texts/useText";
import { ActiveHolderList } from "./ActiveHolderList";
import { EveryHolderList } from "./EveryHolderList";

/** Which holders somebody wants to see. */
export type Asked = { code: string; name: string; of: "assigned" | "activated" };

type HoldersDialogProps = { asked: Asked | null; onAsk: (asked: Asked | null) => void };

/** Who holds the seats of a package: all, or those who have activated. */
export function HoldersDialog({ asked, onAsk }: HoldersDialogProps) {
  const text = useText();
  if (!asked) return null;
  return (
    <Modal title={text("seats.holdersOf", { name: asked.name })} isOpen onClose={() => onAsk(null)} look="wide">
      <ToggleButtonGroup
        className="toggles"
        aria-label={text("seats.holdersShown")}
        selectedKeys={[asked.of]}
        disallowEmptySelection
        onSelectionChange={([of]) => onAsk({ ...asked, of: of as Asked["of"] })}
      >
        <ToggleButton className="toggle" id="assigned">
          {text("seats.everyHolder")}
        </ToggleButton>
        <ToggleButton className="toggle" id="activated">
          {text("seats.activeHolders")}
        </ToggleButton>
      </ToggleButtonGroup>
      {asked.of === "assigned" ? <EveryHolderList code={asked.code} /> : <ActiveHolderList code={asked.code} />}
      <footer className="dialog-foot">
        <Link className="button button-plain button-normal" to={`${paths.users}?show=${asked.code}`}>
          {text("seats.manage")}
        </Link>
      </footer>
    </Modal>
  );
}
