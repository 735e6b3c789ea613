import { applyEdits, modify, parse, type ParseError } from "jsonc-parser";

import type { Values } from "./named-in-answer";

/**
 * The text of a Variables pane with new values for those variables in it that may be replaced, and their names. Comments
 * and everything else stay as they are; so does a text with a mistake in it, which somebody is about to finish.
 */
export function withValues(
  text: string,
  values: Values,
  mayBeReplaced: (name: string, current: unknown) => boolean,
): { text: string; names: string[] } {
  const mistakes: ParseError[] = [];
  const current = parse(text, mistakes, { allowTrailingComma: true }) as Record<string, unknown> | undefined;
  if (mistakes.length > 0 || typeof current !== "object") return { text, names: [] };
  const names = Object.keys(values).filter(
    (name) => name in current && current[name] !== values[name] && mayBeReplaced(name, current[name]),
  );
  const edited = names.reduce((before, name) => applyEdits(before, modify(before, [name], values[name], {})), text);
  return { text: edited, names };
}
