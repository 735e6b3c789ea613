/** Does not compile where a kind of answer was left out, and says so where the server has grown a new one. */
export function unreachable(answer: never): never {
  throw new Error(`An answer of a kind this page does not know: ${JSON.stringify(answer)}`);
}
