import { assertNever } from "../api/assertNever";
import { Badge } from "../design/Badge";
import type { LicenseState } from "../gql/graphql";
import { useText } from "../texts/useText";

/** Says whether the holder has activated a license. */
export function LicenseBadge({ state }: { state: LicenseState }) {
  const text = useText();
  switch (state) {
    case "ACTIVE":
      return <Badge variant="good">{text("seats.active")}</Badge>;
    case "ASSIGNED":
      return <Badge variant="waiting">{text("seats.waiting")}</Badge>;
    case "ENDED":
      return null;
    default:
      return assertNever(state);
  }
}
