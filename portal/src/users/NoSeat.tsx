import { Link } from "react-router";

import { Button } from "../design/Button";
import { Notice } from "../design/Notice";
import type { SeatsElsewhereFragment } from "../gql/graphql";
import { paths } from "../paths";
import { useText } from "../texts/useText";

type NoSeatProps = { refused: SeatsElsewhereFragment; onTake: (packageId: string) => void };

/** The last seat went to somebody else: the packages that have one, a press away; or the way to buy more. */
export function NoSeat({ refused, onTake }: NoSeatProps) {
  const text = useText();
  const name = refused.pool.package.name;
  const buy = (
    <Link className="button button-plain button-small" to={paths.licenses}>
      {text("users.buy")}
    </Link>
  );
  const others = refused.alternatives.map((pool) => (
    <Button key={pool.id} size="small" onPress={() => onTake(pool.package.id)}>
      {text("users.takeInstead", { name: pool.package.name, count: pool.available })}
    </Button>
  ));
  return (
    <Notice look="warning" actions={[...others, <span key="buy">{buy}</span>]}>
      {text(others.length > 0 ? "users.noSeatOthers" : "users.noSeatAny", { package: name })}
    </Notice>
  );
}
