import { useState } from "react";

/** Pages of a list by its cursors. `of` is what the list is filtered by: another filter begins at the first page. */
export function usePages(size: number, of = "") {
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

export type Pages = ReturnType<typeof usePages>;
