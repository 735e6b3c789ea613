// One path serves queries and mutations by POST, and subscriptions by WebSocket.
const path = "/graphql";

export const httpUrl = path;
export const webSocketUrl = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
