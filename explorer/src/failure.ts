/** An error without its stack: GraphiQL shows the whole error where the answer goes, and a stack of the page says nothing there. */
export function failure(message: string): Error {
  const error = new Error(message.trim());
  delete error.stack;
  return error;
}
