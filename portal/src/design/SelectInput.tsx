import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue, Text } from "react-aria-components";

import { ChevronIcon } from "./icons";

export type Option = { id: string; label: string; detail?: string; isDisabled?: boolean };

type SelectInputProps = {
  label: string;
  options: Option[];
  selected: string | null;
  onSelect: (id: string) => void;
  placeholder?: string;
  autoFocus?: boolean;
};

/** A labelled select. */
export function SelectInput({
  label,
  options,
  selected,
  onSelect,
  placeholder,
  autoFocus = false,
}: SelectInputProps) {
  return (
    <Select
      className="field"
      value={selected}
      onChange={(key) => key !== null && onSelect(String(key))}
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
