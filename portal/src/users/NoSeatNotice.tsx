import { Link } from "react-router";

import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import type { SeatsElsewhereFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";

type NoSeatNoticeProps = { error: SeatsElsewhereFragment; onSelect: (packageId: string) => void };

/** The last seat was taken meanwhile: offers the packages that have one, and a link to buy more. */
export function NoSeatNotice({ error, onSelect }: NoSeatNoticeProps) {
  const text = useText();
  const name = error.pool.package.name;
  const buy = (
    <Link className="button button-plain button-small" to={paths.licenses}>
      {text("users.buy")}
    </Link>
  );
  const others = error.alternatives.map((pool) => (
    <Button key={pool.id} size="small" onPress={() => onSelect(pool.package.id)}>
      {text("users.takeInstead", { name: pool.package.name, count: pool.available })}
    </Button>
  ));
  return (
    <Notice variant="warning" actions={[...others, <span key="buy">{buy}</span>]}>
      {text(others.length > 0 ? "users.noSeatOthers" : "users.noSeatAny", { package: name })}
    </Notice>
  );
}
