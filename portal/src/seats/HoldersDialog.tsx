import { Link } from "react-router";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

import { Modal } from "../design/Modal";
import { paths } from "../paths";
import { useText } from "../texts/useText";
import { ActiveHolderList } from "./ActiveHolderList";
import { AssignedHolderList } from "./AssignedHolderList";

/** The holders that the dialog shows. */
export type HolderSelection = { code: string; name: string; holders: "assigned" | "activated" };

type HoldersDialogProps = {
  selection: HolderSelection | null;
  onSelect: (selection: HolderSelection | null) => void;
};

/** The holders of a package: all, or those that have activated. */
export function HoldersDialog({ selection, onSelect }: HoldersDialogProps) {
  const text = useText();
  if (!selection) return null;
  return (
    <Modal
      title={text("seats.holdersOf", { name: selection.name })}
      isOpen
      onClose={() => onSelect(null)}
      variant="wide"
    >
      <ToggleButtonGroup
        className="toggles"
        aria-label={text("seats.holdersShown")}
        selectedKeys={[selection.holders]}
        disallowEmptySelection
        onSelectionChange={([holders]) => onSelect({ ...selection, holders: holders as HolderSelection["holders"] })}
      >
        <ToggleButton className="toggle" id="assigned">
          {text("seats.everyHolder")}
        </ToggleButton>
        <ToggleButton className="toggle" id="activated">
          {text("seats.activeHolders")}
        </ToggleButton>
      </ToggleButtonGroup>
      {selection.holders === "assigned" ? (
        <AssignedHolderList code={selection.code} />
      ) : (
        <ActiveHolderList code={selection.code} />
      )}
      <footer className="dialog-foot">
        <Link className="button button-plain button-normal" to={`${paths.users}?show=${selection.code}`}>
          {text("seats.manage")}
        </Link>
      </footer>
    </Modal>
  );
}
