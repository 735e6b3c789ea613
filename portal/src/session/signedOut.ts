const target = new EventTarget();

/** Called by the API client when an answer says that nobody is signed in. */
export function tellSignedOut(): void {
  target.dispatchEvent(new Event("signed-out"));
}

export function onSignedOut(listener: () => void): () => void {
  target.addEventListener("signed-out", listener);
  return () => target.removeEventListener("signed-out", listener);
}
