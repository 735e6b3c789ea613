import { useSyncExternalStore } from "react";

export type Cell<T> = { get: () => T; set: (value: T) => void; listen: (listener: () => void) => () => void };

/** A value that the fetcher and the page share, of this page alone: it is gone with it. */
export function cell<T>(value: T): Cell<T> {
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useCell<T>({ get, listen }: Cell<T>): T {
  return useSyncExternalStore(listen, get);
}
