// One WebSocket of graphql-ws with several operations, some of them invalid. Prints their results, and the number of
// sockets that were opened and closed.
import { createClient } from "graphql-ws";

const [url, token] = process.argv.slice(2);
const sockets = { opened: 0, closed: 0 };
const client = createClient({
  url: url.replace("http", "ws"),
  connectionParams: { Authorization: `Bearer ${token}` },
  on: { opened: () => sockets.opened++, closed: () => sockets.closed++ },
});

const INVALID = {
  syntax: "subscription {",
  field: "subscription { nothingLikeIt }",
  variable: "subscription ($after: String!) { seatCountsChanged(after: $after) { version } }",
  choice: "query A { packages { code } } query B { packages { code } }",
  cost: `{ account { ${"abcdefghijklmnopqrst".replace(/\w/g, (name) => ` ${name}: users(first: 100) { nodes { license { user { id email license { id state } } } } }`)} } }`,
};

const updates = [];
let wake = () => {};
client.subscribe(
  { query: "subscription { seatCountsChanged { snapshot pools { assigned } } }" },
  {
    next: ({ data }) => (updates.push(data.seatCountsChanged.snapshot), wake()),
    error: (error) => updates.push(String(error)),
    complete: () => updates.push("complete"),
  },
);
const until = async (count) => {
  while (updates.length < count) await new Promise((resolve) => (wake = resolve));
};

/** Runs an operation to its end: the codes of its errors, or its data. */
function run(query, variables) {
  return new Promise((resolve) => {
    let last = null;
    const codes = (errors) => errors.map((each) => each.extensions?.code ?? each.message);
    client.subscribe(
      { query, variables },
      {
        next: (result) => (last = result.errors ? codes(result.errors) : result.data),
        error: (errors) => resolve(Array.isArray(errors) ? codes(errors) : String(errors)),
        complete: () => resolve(last),
      },
    );
  });
}

await until(1);
const broken = {};
for (const [name, query] of Object.entries(INVALID)) broken[name] = await run(query);
const { packages, account } = await run(
  "{ packages { id code } account { users(filter: { licensed: false }) { nodes { id } } } }",
);
const input = { packageId: packages.find((each) => each.code === "PRO").id, userId: account.users.nodes[0].id };
const { assignLicense } = await run(
  "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { ... on LicenseAssigned { license { id } } } }",
  { input },
);
await until(2);
await run("mutation ($input: RemoveLicenseInput!) { removeLicense(input: $input) { __typename } }", {
  input: { licenseId: assignLicense.license.id },
});
await until(3);
console.log(JSON.stringify({ broken, told: updates, sockets }));
process.exit(0);
