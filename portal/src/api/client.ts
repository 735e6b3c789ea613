import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { ErrorLink } from "@apollo/client/link/error";
import { OperationTypeNode } from "graphql";

import possible from "../gql/possible-types";
import { tellOtherWindows } from "../purchases/otherWindows";
import { againWhereSafe } from "./againWhereSafe";
import { asReadAfterChanges } from "./asReadAfterChanges";
import { failureOf } from "./failure";
import { overHttp } from "./overHttp";
import { overWebSocket } from "./overWebSocket";

/** `whenSignedOut` is called each time an answer says that nobody is signed in. */
export function makeClient(whenSignedOut: () => void): ApolloClient {
  const watching = new ErrorLink(({ error }) => {
    if (failureOf(error).kind === "signed-out") whenSignedOut();
  });
  const transport = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    overWebSocket(),
    againWhereSafe.concat(overHttp()),
  );
  return new ApolloClient({
    link: ApolloLink.from([watching, tellOtherWindows, asReadAfterChanges, transport]),
    cache: new InMemoryCache({
      possibleTypes: possible.possibleTypes,
      typePolicies: {
        // The viewer's inventory is one: what a purchase answers and what was read merge.
        Account: { fields: { seatInventory: { merge: true } } },
      },
    }),
    defaultOptions: { watchQuery: { fetchPolicy: "cache-and-network", nextFetchPolicy: "cache-first" } },
  });
}
