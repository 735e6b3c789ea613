import { useQuery } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { Button, Input, Label, SearchField } from "react-aria-components";

import { CrossIcon } from "../design/icons";
import { SelectInput } from "../design/SelectInput";
import { SeatInventoryDocument } from "../gql/graphql";
import { useText } from "../texts/useText";

type UserSearchProps = {
  show: string;
  search: string;
  onChange: (changed: { show?: string; search?: string }) => void;
};

const DEBOUNCE = 250;

/** The search field and the filter. The list updates as the viewer types. */
export function UserSearch({ show, search, onChange }: UserSearchProps) {
  const text = useText();
  const { data } = useQuery(SeatInventoryDocument);
  const [inputValue, setInputValue] = useState(search);
  const timer = useRef<number | undefined>(undefined);

  // The search changed by a link, or by "Show everybody".
  const [previousSearch, setPreviousSearch] = useState(search);
  const [sentSearch, setSentSearch] = useState(search);
  if (previousSearch !== search) {
    setPreviousSearch(search);
    // The input's own search is left out: more may have been typed since it was sent.
    if (search !== sentSearch) setInputValue(search);
  }
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const handleChange = (value: string) => {
    setInputValue(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      setSentSearch(value);
      onChange({ search: value });
    }, DEBOUNCE);
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
      <SearchField className="field search" value={inputValue} onChange={handleChange} maxLength={100}>
        <Label className="field-label">{text("users.search")}</Label>
        <div className="search-input">
          <Input className="input" />
          <Button className="icon-button search-clear" aria-label={text("users.clear")}>
            <CrossIcon />
          </Button>
        </div>
      </SearchField>
      <SelectInput
        label={text("users.show")}
        options={options}
        selected={show}
        onSelect={(id) => onChange({ show: id })}
      />
    </search>
  );
}
