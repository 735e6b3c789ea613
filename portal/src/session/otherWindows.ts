type News = "signed-in" | "signed-out";

const channel = new BroadcastChannel("usher.session");

/** Tell the other windows of this browser. */
export function tellOtherWindows(news: News): void {
  channel.postMessage(news);
}

export function onNews(listener: (news: News) => void): () => void {
  const heard = (event: MessageEvent<News>) => listener(event.data);
  channel.addEventListener("message", heard);
  return () => channel.removeEventListener("message", heard);
}
