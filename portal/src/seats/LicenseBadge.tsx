import { unreachable } from "../api/unreachable";
import { Badge } from "../design/Badge";
import type { LicenseState } from "../gql/graphql";
import { useText } from "../texts/useText";

/** Whether its holder has activated a license. */
export function LicenseBadge({ state }: { state: LicenseState }) {
  const text = useText();
  switch (state) {
    case "ACTIVE":
      return <Badge look="good">{text("seats.active")}</Badge>;
    case "ASSIGNED":
      return <Badge look="waiting">{text("seats.waiting")}</Badge>;
    case "ENDED":
      return null;
    default:
      return unreachable(state);
  }
}
