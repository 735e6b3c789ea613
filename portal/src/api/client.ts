import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { ErrorLink } from "@apollo/client/link/error";
import { OperationTypeNode } from "graphql";

import possible from "../gql/possible-types";
import { cartBroadcastLink } from "../purchases/cartChannel";
import { toFailure } from "./failure";
import { httpLink } from "./httpLink";
import { repeatOutdatedReads } from "./repeatOutdatedReads";
import { retryWhenIdempotent } from "./retryWhenIdempotent";
import { webSocketLink } from "./webSocketLink";

/** `onSignedOut` is called for each response with UNAUTHENTICATED. */
export function createApolloClient(onSignedOut: () => void): ApolloClient {
  const signedOutLink = new ErrorLink(({ error }) => {
    if (toFailure(error).kind === "signed-out") onSignedOut();
  });
  const transport = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    webSocketLink(),
    retryWhenIdempotent.concat(httpLink()),
  );
  return new ApolloClient({
    link: ApolloLink.from([signedOutLink, cartBroadcastLink, repeatOutdatedReads, transport]),
    cache: new InMemoryCache({
      possibleTypes: possible.possibleTypes,
      typePolicies: {
        // An account has one inventory, without an id: results of mutations and queries merge.
        Account: { fields: { seatInventory: { merge: true } } },
      },
    }),
    defaultOptions: { watchQuery: { fetchPolicy: "cache-and-network", nextFetchPolicy: "cache-first" } },
  });
}
