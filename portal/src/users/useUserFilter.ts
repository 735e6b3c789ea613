import { useSearchParams } from "react-router";

import type { UserFilter } from "../gql/graphql";

/** What is looked for, kept in the address: a reload, and who a link is sent to, see the same. */
export function useUserFilter() {
  const [parameters, setParameters] = useSearchParams();
  const show = parameters.get("show") ?? "all";
  const search = parameters.get("search") ?? "";
  const set = (changed: { show?: string; search?: string }) => {
    const { show: shown, search: searched } = { show, search, ...changed };
    const next = new URLSearchParams();
    if (shown !== "all") next.set("show", shown);
    if (searched) next.set("search", searched);
    setParameters(next, { replace: true });
  };
  const filter: UserFilter = {
    search: search.trim() || null,
    licensed: show === "with" ? true : show === "without" ? false : null,
    packageCode: ["all", "with", "without"].includes(show) ? null : show,
  };
  return { show, search, set, filter };
}
