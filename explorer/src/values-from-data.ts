/** Values for variables, by the variable's name. */
export type Values = Record<string, string>;

type Row = Record<string, unknown>;
type RowsByKind = Record<"packages" | "carts" | "lines" | "purchases" | "users" | "licenses" | "sessions" | "apiKeys", Row[]>;

// The kind of row in each field. `nodes` hold the kind of their connection.
const KINDS: Record<string, keyof RowsByKind> = {
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
 * The values in a result for the variables of the tabs: the first row of each kind that the next step can use, and the
 * second for a variable that begins with "to".
 */
export function valuesFromData(data: unknown): Values {
  const rows = Object.fromEntries(Object.values(KINDS).map((kind) => [kind, []])) as unknown as RowsByKind;
  collect(data, undefined, rows);
  const [firstUser, secondUser] = withoutLicense(rows.users);
  const [firstPackage, secondPackage] = rows.packages.filter(isFirst);
  const purchase = rows.purchases.find(({ state }) => !CLOSED.includes(String(state)));
  const values: Record<string, unknown> = {
    packageId: firstPackage?.id,
    toPackageId: secondPackage?.id,
    cartVersion: rows.carts[0]?.version,
    cartLineId: rows.lines[0]?.id,
    purchaseId: purchase?.id,
    // The key depends on the purchase alone, so that running it again does not charge twice.
    idempotencyKey: purchase?.number && `purchase ${purchase.number}`,
    userId: firstUser?.id,
    toUserId: secondUser?.id,
    licenseId: rows.licenses.find(({ state }) => state !== "ENDED")?.id,
    sessionId: rows.sessions.find(({ current }) => !current)?.id,
    apiKeyId: rows.apiKeys.find(({ state }) => state !== "REVOKED")?.id,
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function collect(value: unknown, kind: keyof RowsByKind | undefined, rows: RowsByKind): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, kind, rows);
  } else if (isRow(value)) {
    if (kind && ("id" in value || "version" in value)) rows[kind].push(value);
    for (const [field, inner] of Object.entries(value)) {
      collect(field === "viewer" ? withoutViewer(inner) : inner, field === "nodes" ? kind : KINDS[field], rows);
    }
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null;
}

/** The viewer is no default target of the other tabs. */
function withoutViewer(viewer: unknown): unknown {
  return isRow(viewer) ? { ...viewer, user: null, apiKey: null } : viewer;
}

/** Users without a license; if the result has no licenses, all users. */
function withoutLicense(users: Row[]): Row[] {
  return users.filter(isFirst).filter(({ license }) => !license);
}

function isFirst({ id }: Row, index: number, all: Row[]): boolean {
  return all.findIndex((row) => row.id === id) === index;
}
