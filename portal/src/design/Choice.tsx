import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue, Text } from "react-aria-components";

import { ChevronIcon } from "./icons";

export type Option = { id: string; label: string; detail?: string; isDisabled?: boolean };

type ChoiceProps = {
  label: string;
  options: Option[];
  chosen: string | null;
  onChoose: (id: string) => void;
  placeholder?: string;
  autoFocus?: boolean;
};

/** One of a few, from a list that opens. */
export function Choice({ label, options, chosen, onChoose, placeholder, autoFocus = false }: ChoiceProps) {
  return (
    <Select
      className="field"
      value={chosen}
      onChange={(key) => key !== null && onChoose(String(key))}
      {...(placeholder ? { placeholder } : {})}
      autoFocus={autoFocus}
    >
      <Label className="field-label">{label}</Label>
      <Button className="input choice-button">
        <SelectValue className="choice-value" />
        <ChevronIcon />
      </Button>
      <Popover className="popover" offset={6}>
        <ListBox className="options" items={options}>
          {(option) => (
            <ListBoxItem className="option" textValue={option.label} isDisabled={option.isDisabled ?? false}>
              <Text slot="label" className="option-label">
                {option.label}
              </Text>
              {option.detail && (
                <Text slot="description" className="option-detail">
                  {option.detail}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
