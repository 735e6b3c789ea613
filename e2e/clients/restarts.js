// Follows the seat counts with each client, set up in one way or another, for as long as it is let. Prints a line of JSON
// for each thing that a client is told: a snapshot or not, or how the following ended.
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { RetryLink } from "@apollo/client/link/retry";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "urql";

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const query = "subscription { seatCountsChanged { snapshot } }";

// Left to itself, graphql-ws gives up at the first connection that is refused.
const overWebSocket = (set = { shouldRetry: () => true, retryAttempts: Infinity }) =>
  createWsClient({ url: url.replace("http", "ws"), connectionParams: { Authorization: headers.authorization }, ...set });
const overEvents = () => createSseClient({ url, headers, retryAttempts: Infinity });
const overHttp = () => new HttpLink({ uri: url, headers });
const retrying = () => new RetryLink({ attempts: { max: Infinity }, delay: { initial: 500, max: 5000 } });

function followWithApollo(link, sink) {
  new ApolloClient({ link, cache: new InMemoryCache() }).subscribe({ query: gql(query) }).subscribe({
    next: (result) => (result.error ? sink.error(result.error) : sink.next(result)),
    error: sink.error,
    complete: sink.complete,
  });
}

function followWithUrql(set, sink) {
  const client = new Client({ url, fetchOptions: { headers }, preferGetMethod: false, ...set });
  client.subscription(query, {}).subscribe((result) => {
    if (result.error) sink.error(result.error);
    else if (result.hasNext === false) sink.complete();
    else sink.next(result);
  });
}

/** As urql's documentation has it: the subscriptions are another client's. */
function forwardTo(client) {
  return subscriptionExchange({
    forwardSubscription: (request) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ ...request, query: request.query ?? "" }, sink) }),
    }),
  });
}

const exchanges = (...more) => ({ exchanges: [cacheExchange, fetchExchange, ...more] });
const clients = {
  "graphql-ws": (sink) => overWebSocket().subscribe({ query }, sink),
  "graphql-ws left to itself": (sink) => overWebSocket({}).subscribe({ query }, sink),
  "graphql-sse": (sink) => overEvents().subscribe({ query }, sink),
  "@apollo/client": (sink) => followWithApollo(retrying().concat(overHttp()), sink),
  "@apollo/client without RetryLink": (sink) => followWithApollo(overHttp(), sink),
  "@apollo/client over graphql-ws": (sink) => followWithApollo(new GraphQLWsLink(overWebSocket()), sink),
  "urql by itself": (sink) => followWithUrql({ ...exchanges(), fetchSubscriptions: true }, sink),
  "urql over graphql-ws": (sink) => followWithUrql(exchanges(forwardTo(overWebSocket())), sink),
  "urql over graphql-sse": (sink) => followWithUrql(exchanges(forwardTo(overEvents())), sink),
};

for (const [client, follow] of Object.entries(clients)) {
  const tell = (what) => console.log(JSON.stringify([client, what]));
  follow({
    next: ({ data }) => tell(data.seatCountsChanged.snapshot ? "snapshot" : "change"),
    error: (error) => tell("error"),
    complete: () => tell("complete"),
  });
}
// Until the test ends it.
process.stdin.on("end", () => process.exit(0)).resume();
