import { useState } from "react";

/** Pagination by cursors. A change of `of`, the filter of the list, goes back to the first page. */
export function usePagination(size: number, of = "") {
  const [state, setState] = useState<{ of: string; cursors: string[] }>({ of, cursors: [] });
  const cursors = state.of === of ? state.cursors : [];
  return {
    variables: { first: size, after: cursors.at(-1) ?? null },
    first: cursors.length * size,
    size,
    hasPrevious: cursors.length > 0,
    next: (cursor: string) => setState({ of, cursors: [...cursors, cursor] }),
    previous: () => setState({ of, cursors: cursors.slice(0, -1) }),
  };
}

export type Pagination = ReturnType<typeof usePagination>;
