/** An error without its stack: GraphiQL shows the whole error in the response pane, where the page's stack is noise. */
export function errorWithoutStack(message: string): Error {
  const error = new Error(message.trim());
  delete error.stack;
  return error;
}
