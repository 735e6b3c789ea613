// A small app on relay-runtime as it comes: pagination, a mutation, and a subscription that updates the store's records.
// Prints the contents of the store after each step. The last argument names the subscription client.
const {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getRequest,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
} = require("relay-runtime");
const { createClient: createSseClient } = require("graphql-sse");
const { createClient: createWsClient } = require("graphql-ws");

const artifact = (name) => require(`./app/__generated__/documents${name}.graphql.js`);
const [url, token, clientName] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };
const COUNT = 5;

async function fetchGraphQL(params, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({ query: params.text, variables }),
  });
  return response.json();
}

const client = {
  "graphql-ws": () => createWsClient({ url: url.replace("http", "ws"), connectionParams: headers }),
  "graphql-sse": () => createSseClient({ url, headers }),
}[clientName]();

function subscribe(params, variables) {
  return Observable.create((sink) =>
    client.subscribe({ operationName: params.name, query: params.text, variables }, sink),
  );
}

const environment = new Environment({
  network: Network.create(fetchGraphQL, subscribe),
  store: new Store(new RecordSource()),
});

const query = artifact("DeskQuery");
const desk = createOperationDescriptor(getRequest(query), { count: COUNT, cursor: null });
environment.retain(desk);
const lookup = () => environment.lookup(desk.fragment);
const account = () => lookup().data.account;
const pool = (code) => account().seatInventory.pools.find((each) => each.package.code === code);
const counts = () => ({ assigned: pool("PRO").assigned, available: pool("PRO").available });
const people = () => account().users.edges.map((edge) => edge.node);

const page = (cursor) => fetchQuery(environment, query, { count: COUNT, cursor }).toPromise();

function commit(mutation, input) {
  return new Promise((resolve, reject) => {
    const onCompleted = (response, errors) => (errors ? reject(new Error(JSON.stringify(errors))) : resolve(response));
    commitMutation(environment, { mutation, variables: { input }, onCompleted, onError: reject });
  });
}

/** Runs a mutation past the store, as another client would. */
async function mutateElsewhere(mutation, input) {
  const { data, errors } = await fetchGraphQL({ text: getRequest(mutation).params.text }, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Resolves once an update of the store makes the condition true. */
function until(condition) {
  return new Promise((resolve) => {
    const subscription = environment.subscribe(lookup(), () => {
      if (!condition()) return;
      subscription.dispose();
      resolve();
    });
  });
}

async function main() {
  const found = {};
  await page(null);
  found.pages = [people().length];
  while (account().users.pageInfo.hasNextPage) {
    await page(account().users.pageInfo.endCursor);
    found.pages.push(people().length);
  }
  found.different = new Set(people().map((each) => each.email)).size;
  found.before = counts();

  const { account: ids } = (
    await fetchGraphQL({
      text: "{ packages { id code } account { users(filter: { licensed: false }) { nodes { id email } } } }",
    })
  ).data;
  const { packages } = (await fetchGraphQL({ text: "{ packages { id code } }" })).data;
  const packageId = packages.find((each) => each.code === "PRO").id;
  const [lucky] = ids.users.nodes;
  const licenseOfUser = () => people().find((each) => each.email === lucky.email).license;

  const done = await commit(artifact("AssignMutation"), { packageId, userId: lucky.id });
  found.assigned = { answer: done.assignLicense.__typename, pool: counts(), license: licenseOfUser().state };
  const refused = await commit(artifact("AssignMutation"), { packageId, userId: ids.users.nodes[1].id });
  found.refused = refused.assignLicense.code;

  const snapshots = [];
  await new Promise((resolve, reject) => {
    requestSubscription(environment, {
      subscription: artifact("CountsSubscription"),
      variables: {},
      onNext: ({ seatCountsChanged }) => snapshots.push(seatCountsChanged.snapshot) && resolve(),
      onError: reject,
      onCompleted: () => reject(new Error("the subscription ended by itself")),
    });
  });
  const updated = until(() => counts().assigned === found.before.assigned);
  const { user } = (
    await fetchGraphQL({ text: `{ user: node(id: "${lucky.id}") { ... on User { license { id } } } }` })
  ).data;
  await mutateElsewhere(artifact("RemoveMutation"), { licenseId: user.license.id });
  await updated;
  found.followed = { snapshots, pool: counts() };
  console.log(JSON.stringify(found));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
