import { Button, Group, Input, Label, NumberField, type NumberFieldProps } from "react-aria-components";

type QuantityInputProps = Omit<NumberFieldProps, "className" | "children"> & { label: string; hideLabel?: boolean };

/** A whole number of seats, with buttons to count up and down. */
export function QuantityInput({ label, hideLabel = false, ...rest }: QuantityInputProps) {
  return (
    <NumberField {...rest} className="quantity" formatOptions={{ maximumFractionDigits: 0 }}>
      <Label className={hideLabel ? "visually-hidden" : "field-label"}>{label}</Label>
      <Group className="quantity-group">
        <Button slot="decrement" className="quantity-step">
          −
        </Button>
        <Input className="quantity-input" />
        <Button slot="increment" className="quantity-step">
          +
        </Button>
      </Group>
    </NumberField>
  );
}
