import { applyEdits, modify, parse, type ParseError } from "jsonc-parser";

import type { Values } from "./values-from-data";

/**
 * Sets new values for the replaceable variables in the text of a Variables pane, and returns the text and their names.
 * Comments stay. A text with a syntax error is left alone, because it is being edited.
 */
export function withValues(
  text: string,
  values: Values,
  isReplaceable: (name: string, current: unknown) => boolean,
): { text: string; names: string[] } {
  const errors: ParseError[] = [];
  const current = parse(text, errors, { allowTrailingComma: true }) as Record<string, unknown> | undefined;
  if (errors.length > 0 || typeof current !== "object") return { text, names: [] };
  const names = Object.keys(values).filter(
    (name) => name in current && current[name] !== values[name] && isReplaceable(name, current[name]),
  );
  const result = names.reduce((edited, name) => applyEdits(edited, modify(edited, [name], values[name], {})), text);
  return { text: result, names };
}
