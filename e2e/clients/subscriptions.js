// Runs a query with each client as it comes, and subscribes to the seat counts while a license is assigned. Prints the
// result of the query and the updates of each client.
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { cacheExchange, Client, fetchExchange } from "urql";

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const QUERY = "{ viewer { user { email } } }";
const SEATS = "subscription { seatCountsChanged { snapshot pools { package { code } assigned } } }";
const ASSIGN = `mutation ($input: AssignLicenseInput!) {
  assignLicense(input: $input) { __typename ... on LicenseAssigned { license { id } } }
}`;
const REMOVE = "mutation ($input: RemoveLicenseInput!) { removeLicense(input: $input) { __typename } }";

const plain = (value) => JSON.parse(JSON.stringify(value));
const emailOf = (result) => result.data.viewer.user.email;

// Each client: `query` runs the query; `subscribe` passes each result to a sink, and returns a function that unsubscribes.
const clients = {
  "graphql-ws": () => {
    const client = createWsClient({ url: url.replace("http", "ws"), connectionParams: { Authorization: headers.authorization } });
    return {
      query: () => first((sink) => client.subscribe({ query: QUERY }, sink)),
      subscribe: (sink) => client.subscribe({ query: SEATS }, sink),
    };
  },
  "graphql-sse": () => {
    const client = createSseClient({ url, headers, retryAttempts: 0 });
    return {
      query: () => first((sink) => client.subscribe({ query: QUERY }, sink)),
      subscribe: (sink) => client.subscribe({ query: SEATS }, sink),
    };
  },
  "@apollo/client": () => {
    const client = new ApolloClient({ link: new HttpLink({ uri: url, headers }), cache: new InMemoryCache() });
    return {
      query: () => client.query({ query: gql(QUERY) }),
      subscribe: (sink) => {
        const subscription = client.subscribe({ query: gql(SEATS) }).subscribe(sink);
        return () => subscription.unsubscribe();
      },
    };
  },
  urql: () => {
    const client = new Client({
      url,
      exchanges: [cacheExchange, fetchExchange],
      fetchOptions: { headers },
      fetchSubscriptions: true,
      preferGetMethod: false,
    });
    return {
      query: () => client.query(QUERY, {}).toPromise(),
      subscribe: (sink) => {
        const next = (result) => (result.error ? sink.error(result.error) : sink.next(result));
        return client.subscription(SEATS, {}).subscribe(next).unsubscribe;
      },
    };
  },
};

function first(subscribe) {
  return new Promise((resolve, reject) => {
    subscribe({ next: resolve, error: reject, complete: () => reject(new Error("the query ended without a result")) });
  });
}

async function call(query, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

async function assign() {
  const found = await call(
    `{ packages { id code } account { users(filter: { licensed: false }) { nodes { id } } } }`,
  );
  const packageId = found.packages.find((each) => each.code === "PRO").id;
  const userId = found.account.users.nodes[0].id;
  const done = (await call(ASSIGN, { input: { packageId, userId } })).assignLicense;
  if (done.__typename !== "LicenseAssigned") throw new Error(done.__typename);
  return done.license.id;
}

async function remove(licenseId) {
  const done = (await call(REMOVE, { input: { licenseId } })).removeLicense;
  if (done.__typename !== "LicenseRemoved") throw new Error(done.__typename);
}

async function collectUpdates(client) {
  const updates = [];
  let stop, licenseId;
  await new Promise((resolve, reject) => {
    const next = async (result) => {
      try {
        if (result.errors || result.error) throw new Error(JSON.stringify(plain(result)));
        const { snapshot, pools } = result.data.seatCountsChanged;
        updates.push({ snapshot, codes: pools.map((pool) => pool.package.code) });
        if (updates.length === 2) resolve();
        else licenseId = await assign();
      } catch (error) {
        reject(error);
      }
    };
    stop = client.subscribe({ next, error: reject, complete: () => reject(new Error("the subscription ended by itself")) });
  });
  stop();
  // There are few seats, and each client needs one.
  await remove(licenseId);
  return updates;
}

const found = {};
for (const [name, make] of Object.entries(clients)) {
  const client = make();
  found[name] = { email: emailOf(await client.query()), updates: await collectUpdates(client) };
}
console.log(JSON.stringify(found));
process.exit(0);
