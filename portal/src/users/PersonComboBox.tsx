import { useQuery } from "@apollo/client/react";
import { useDeferredValue, useState } from "react";
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";

import { ChevronIcon } from "../design/icons";
import { PeopleWithoutLicenseDocument } from "../gql/graphql";
import { useText } from "../texts/useText";

export type Person = { id: string; name: string };

type PersonComboBoxProps = { selected: Person | null; onSelect: (person: Person | null) => void };

/** Picks one of the people without a license; the server searches as the viewer types. */
export function PersonComboBox({ selected, onSelect }: PersonComboBoxProps) {
  const text = useText();
  const [inputValue, setInputValue] = useState("");
  // After a choice the input holds the person's name, which is no search for others.
  const search = useDeferredValue(selected?.name === inputValue ? "" : inputValue.trim());
  const { data, previousData } = useQuery(PeopleWithoutLicenseDocument, {
    variables: { search: search || null, first: 20 },
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.users.nodes ?? [];
  const people = found.map(({ id, firstName, lastName, email }) => ({ id, email, name: `${firstName} ${lastName}` }));
  return (
    <ComboBox
      className="field"
      items={people}
      inputValue={inputValue}
      onInputChange={setInputValue}
      value={selected?.id ?? null}
      onChange={(key) => onSelect(people.find((person) => person.id === key) ?? null)}
      allowsEmptyCollection
      menuTrigger="input"
      autoFocus
    >
      <Label className="field-label">{text("users.transferTo")}</Label>
      <div className="search-input">
        <Input className="input" />
        <Button className="icon-button search-clear">
          <ChevronIcon />
        </Button>
      </div>
      <Text slot="description" className="field-hint">
        {text("users.transferHint")}
      </Text>
      <Popover className="popover" offset={6}>
        <ListBox<(typeof people)[number]>
          className="options"
          renderEmptyState={() => <p className="option-detail">{text("users.transferNobody")}</p>}
        >
          {(person) => (
            <ListBoxItem className="option" textValue={person.name}>
              <Text slot="label" className="option-label">
                {person.name}
              </Text>
              <Text slot="description" className="option-detail">
                {person.email}
              </Text>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
