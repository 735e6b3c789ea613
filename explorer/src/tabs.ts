import { parse } from "jsonc-parser";

// One tab per file in operations/, in the order of the file names. `<same name>.variables.jsonc` fills its Variables.
const queries = texts(import.meta.glob<string>("./operations/*.graphql", { query: "?raw", import: "default", eager: true }));
const variables = texts(import.meta.glob<string>("./operations/*.variables.jsonc", { query: "?raw", import: "default", eager: true }));

/** The placeholders in the tabs' variables. */
export const placeholders = new Set(
  [...variables.values()].flatMap((text) => Object.values<unknown>(parse(text))).filter((value) => String(value).includes(" ")),
);

export const tabs = [...queries].map(([name, query]) => ({ query, variables: variables.get(name) ?? null }));

/** Texts by file name without folder and endings, sorted. */
function texts(files: Record<string, string>): Map<string, string> {
  return new Map(
    Object.entries(files)
      .map(([path, text]): [string, string] => [path.replace(/^.*\/|(\.variables)?\.\w+$/g, ""), text.trimEnd()])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
