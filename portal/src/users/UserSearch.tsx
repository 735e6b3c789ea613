import { useQuery } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { Button, Input, Label, SearchField } from "react-aria-components";

import { Choice } from "../design/Choice";
import { CrossIcon } from "../design/icons";
import { SeatInventoryDocument } from "../gql/graphql";
import { useText } from "../texts/useText";

type UserSearchProps = {
  show: string;
  search: string;
  onChange: (changed: { show?: string; search?: string }) => void;
};

const ASK_AFTER = 250;

/** The search field and the filter. The list follows while somebody types. */
export function UserSearch({ show, search, onChange }: UserSearchProps) {
  const text = useText();
  const { data } = useQuery(SeatInventoryDocument);
  const [typed, setTyped] = useState(search);
  const timer = useRef<number | undefined>(undefined);

  // The search of a link, or of "Show everybody".
  const [known, setKnown] = useState(search);
  const [sent, setSent] = useState(search);
  if (known !== search) {
    setKnown(search);
    // Not what was typed here a moment ago: more may have been typed since.
    if (search !== sent) setTyped(search);
  }
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const type = (value: string) => {
    setTyped(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      setSent(value);
      onChange({ search: value });
    }, ASK_AFTER);
  };
  const packages = data?.account.seatInventory.pools.map((pool) => pool.package) ?? [];
  const options = [
    { id: "all", label: text("users.show.all") },
    { id: "with", label: text("users.show.with") },
    { id: "without", label: text("users.show.without") },
    ...packages.map(({ code, name }) => ({ id: code, label: text("users.show.package", { name }) })),
  ];
  return (
    <search className="toolbar">
      <SearchField className="field search" value={typed} onChange={type} maxLength={100}>
        <Label className="field-label">{text("users.search")}</Label>
        <div className="search-input">
          <Input className="input" />
          <Button className="icon-button search-clear" aria-label={text("users.clear")}>
            <CrossIcon />
          </Button>
        </div>
      </SearchField>
      <Choice label={text("users.show")} options={options} chosen={show} onChoose={(id) => onChange({ show: id })} />
    </search>
  );
}
