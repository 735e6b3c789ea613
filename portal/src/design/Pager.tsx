import type { PageEndsFragment } from "../gql/graphql";
import { useText } from "../texts/useText";
import { Button } from "./Button";
import type { Pagination } from "./usePagination";

type PagerProps = { pagination: Pagination; shown: number; total: number; pageInfo: PageEndsFragment };

/** The range of a list that is shown, and buttons to the other pages; renders nothing if there is one page. */
export function Pager({ pagination, shown, total, pageInfo }: PagerProps) {
  const text = useText();
  if (!pagination.hasPrevious && !pageInfo.hasNextPage) return null;
  const range = { from: pagination.first + 1, to: pagination.first + shown, total };
  return (
    <nav className="pager" aria-label={text("shell.pages")}>
      <span className="pager-range">{text("shell.range", range)}</span>
      <Button size="small" isDisabled={!pagination.hasPrevious} onPress={pagination.previous}>
        {text("shell.previous")}
      </Button>
      <Button
        size="small"
        isDisabled={!pageInfo.hasNextPage}
        onPress={() => pageInfo.endCursor && pagination.next(pageInfo.endCursor)}
      >
        {text("shell.next")}
      </Button>
    </nav>
  );
}
