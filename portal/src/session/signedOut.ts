const target = new EventTarget();

/** Called by the API client for a response with UNAUTHENTICATED. */
export function notifySignedOut(): void {
  target.dispatchEvent(new Event("signed-out"));
}

export function onSignedOut(listener: () => void): () => void {
  target.addEventListener("signed-out", listener);
  return () => target.removeEventListener("signed-out", listener);
}
