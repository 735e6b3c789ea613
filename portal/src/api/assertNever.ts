/** Ends an exhaustive switch: a missing case does not compile, and an unknown `__typename` at run time throws. */
export function assertNever(result: never): never {
  throw new Error(`An answer of a kind this page does not know: ${JSON.stringify(result)}`);
}
