import { useQuery } from "@apollo/client/react";

import { toFailure } from "../api/failure";
import { EmptyState } from "../design/EmptyState";
import { FailureNotice } from "../design/FailureNotice";
import { ReceiptIcon } from "../design/icons";
import { Page } from "../design/Page";
import { Pager } from "../design/Pager";
import { Skeleton } from "../design/Skeleton";
import { usePagination } from "../design/usePagination";
import { PurchasesDocument } from "../gql/graphql";
import { useText } from "../texts/useText";
import { PurchaseRow } from "./PurchaseRow";

/** Every purchase of the account, newest first. */
export default function PurchasesPage() {
  const text = useText();
  const pagination = usePagination(10);
  const { data, previousData, error, refetch } = useQuery(PurchasesDocument, {
    variables: pagination.variables,
    fetchPolicy: "cache-and-network",
  });
  const found = (data ?? previousData)?.account.purchases;
  return (
    <Page title={text("purchases.past")} intro={text("purchases.pastIntro")}>
      {error && !found && <FailureNotice failure={toFailure(error)} onRetry={() => void refetch()} />}
      {!found && !error && <Skeleton lines={6} />}
      {found?.totalCount === 0 && (
        <div className="card">
          <EmptyState title={text("purchases.none")} icon={<ReceiptIcon />}>
            {text("purchases.noneText")}
          </EmptyState>
        </div>
      )}
      {found && found.totalCount > 0 && (
        <>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{text("purchases.number")}</th>
                <th scope="col">{text("purchases.date")}</th>
                <th scope="col">{text("purchases.what")}</th>
                <th scope="col">{text("purchases.state")}</th>
                <th scope="col" className="number">
                  {text("purchases.total")}
                </th>
              </tr>
            </thead>
            <tbody>
              {found.nodes.map((purchase) => (
                <PurchaseRow key={purchase.id} purchase={purchase} />
              ))}
            </tbody>
          </table>
          <Pager
            pagination={pagination}
            shown={found.nodes.length}
            total={found.totalCount}
            pageInfo={found.pageInfo}
          />
        </>
      )}
    </Page>
  );
}
