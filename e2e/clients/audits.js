// Runs the audits of GraphQL over HTTP that graphql-http brings, and prints the result of each as JSON.
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);

const results = [];
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const result = await audit.fn();
  results.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason ?? null });
}
console.log(JSON.stringify(results));
