import { FieldError, Input, Label, Text, TextField, type TextFieldProps } from "react-aria-components";

type TextInputProps = Omit<TextFieldProps, "className" | "children"> & {
  label: string;
  hint?: string;
  problem?: string | undefined;
};

/** A labelled field; its error message is shown below it and linked to it for screen readers. */
export function TextInput({ label, hint, problem, ...rest }: TextInputProps) {
  return (
    <TextField {...rest} className="field" isInvalid={problem !== undefined}>
      <Label className="field-label">{label}</Label>
      <Input className="input" />
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-problem">{problem}</FieldError>
    </TextField>
  );
}
