import { useQuery } from "@apollo/client/react";
import { useDeferredValue, useState } from "react";
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";

import { ChevronIcon } from "../design/icons";
import { PeopleWithoutLicenseDocument } from "../gql/graphql";
import { useText } from "../texts/useText";

export type Person = { id: string; name: string };

type PersonChoiceProps = { chosen: Person | null; onChoose: (person: Person | null) => void };

/** One of the people without a license, found by the server while somebody types. */
export function PersonChoice({ chosen, onChoose }: PersonChoiceProps) {
  const text = useText();
  const [typed, setTyped] = useState("");
  // With somebody chosen the field holds their name, which is no search for others.
  const search = useDeferredValue(chosen?.name === typed ? "" : typed.trim());
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
      inputValue={typed}
      onInputChange={setTyped}
      value={chosen?.id ?? null}
      onChange={(key) => onChoose(people.find((person) => person.id === key) ?? null)}
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
