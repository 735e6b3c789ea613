/** Values for variables, by the variable's name. */
export type Values = Record<string, string>;

type Row = Record<string, unknown>;
type Found = Record<"packages" | "carts" | "lines" | "purchases" | "users" | "licenses" | "sessions" | "apiKeys", Row[]>;

// Which fields of an answer hold what. `nodes` hold what their connection is of.
const KINDS: Record<string, keyof Found> = {
  package: "packages",
  packages: "packages",
  cart: "carts",
  lines: "lines",
  purchase: "purchases",
  purchases: "purchases",
  user: "users",
  users: "users",
  license: "licenses",
  licenses: "licenses",
  session: "sessions",
  sessions: "sessions",
  apiKey: "apiKeys",
  apiKeys: "apiKeys",
};

const CLOSED = ["COMPLETED", "CANCELLED", "EXPIRED"];

/**
 * The values that an answer has for the variables of the tabs: the first of each kind that the next step can use, and
 * the second where a variable begins with "to".
 */
export function namedInAnswer(data: unknown): Values {
  const found = Object.fromEntries(Object.values(KINDS).map((kind) => [kind, []])) as unknown as Found;
  collect(data, undefined, found);
  const [oneUser, otherUser] = withoutLicense(found.users);
  const [onePackage, otherPackage] = found.packages.filter(isFirst);
  const purchase = found.purchases.find(({ state }) => !CLOSED.includes(String(state)));
  const values: Record<string, unknown> = {
    packageId: onePackage?.id,
    toPackageId: otherPackage?.id,
    cartVersion: found.carts[0]?.version,
    cartLineId: found.lines[0]?.id,
    purchaseId: purchase?.id,
    // The same purchase has the same key, so that running it again charges nobody twice.
    idempotencyKey: purchase?.number && `purchase ${purchase.number}`,
    userId: oneUser?.id,
    toUserId: otherUser?.id,
    licenseId: found.licenses.find(({ state }) => state !== "ENDED")?.id,
    sessionId: found.sessions.find(({ current }) => !current)?.id,
    apiKeyId: found.apiKeys.find(({ state }) => state !== "REVOKED")?.id,
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function collect(value: unknown, kind: keyof Found | undefined, found: Found): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, kind, found);
  } else if (isRow(value)) {
    if (kind && ("id" in value || "version" in value)) found[kind].push(value);
    for (const [field, inner] of Object.entries(value)) {
      collect(field === "viewer" ? besidesThemselves(inner) : inner, field === "nodes" ? kind : KINDS[field], found);
    }
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null;
}

/** Nothing is to be done to the viewer by default. */
function besidesThemselves(viewer: unknown): unknown {
  return isRow(viewer) ? { ...viewer, user: null, apiKey: null } : viewer;
}

/** Where the answer does not say who holds a license, anybody. */
function withoutLicense(users: Row[]): Row[] {
  return users.filter(isFirst).filter(({ license }) => !license);
}

function isFirst({ id }: Row, index: number, rows: Row[]): boolean {
  return rows.findIndex((row) => row.id === id) === index;
}
