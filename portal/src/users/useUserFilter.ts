import { useSearchParams } from "react-router";

import type { UserFilter } from "../gql/graphql";

/** The filter of the user list, kept in the URL, so that a reload or a shared link shows the same. */
export function useUserFilter() {
  const [parameters, setParameters] = useSearchParams();
  const show = parameters.get("show") ?? "all";
  const search = parameters.get("search") ?? "";
  const set = (changed: { show?: string; search?: string }) => {
    // Read from the current URL: a search is sent after a delay, and the other parameters may have changed.
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changed)) next.set(name, value);
    if (next.get("show") === "all") next.delete("show");
    if (!next.get("search")) next.delete("search");
    setParameters(next, { replace: true });
  };
  const filter: UserFilter = {
    search: search.trim() || null,
    licensed: show === "with" ? true : show === "without" ? false : null,
    packageCode: ["all", "with", "without"].includes(show) ? null : show,
  };
  return { show, search, set, filter };
}
