type SessionMessage = "signed-in" | "signed-out";

const channel = new BroadcastChannel("usher.session");

/** Sends a message to the other windows of this browser. */
export function broadcastSession(message: SessionMessage): void {
  channel.postMessage(message);
}

export function onSessionMessage(listener: (message: SessionMessage) => void): () => void {
  const handleMessage = (event: MessageEvent<SessionMessage>) => listener(event.data);
  channel.addEventListener("message", handleMessage);
  return () => channel.removeEventListener("message", handleMessage);
}
