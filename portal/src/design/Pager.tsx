import type { PageEndsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { Button } from "./Button";
import type { Pages } from "./usePages";

type PagerProps = { pages: Pages; shown: number; total: number; ends: PageEndsFragment };

/** Which part of a list is shown, and the way to the rest; nothing where all is shown. */
export function Pager({ pages, shown, total, ends }: PagerProps) {
  const text = useText();
  if (!pages.hasPrevious && !ends.hasNextPage) return null;
  const range = { from: pages.first + 1, to: pages.first + shown, total };
  return (
    <nav className="pager" aria-label={text("shell.pages")}>
      <span className="pager-range">{text("shell.range", range)}</span>
      <Button size="small" isDisabled={!pages.hasPrevious} onPress={pages.previous}>
        {text("shell.previous")}
      </Button>
      <Button
        size="small"
        isDisabled={!ends.hasNextPage}
        onPress={() => ends.endCursor && pages.next(ends.endCursor)}
      >
        {text("shell.next")}
      </Button>
    </nav>
  );
}
