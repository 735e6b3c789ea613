// Mercurius with JIT and its loaders on Fastify and pg, on Usher's tables.
// DATABASE_URL is told by PGHOST, PGUSER and PGDATABASE, the port as the first argument.
import { createHash, randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text)
const pool = new pg.Pool({ max: 16 })

const schema = `
  type Query { account: Account! }
  type Account { name: String!  seatInventory: SeatInventory!  users(first: Int = 50): UserConnection! }
  type SeatInventory { version: String!  pools: [SeatPool!]! }
  type SeatPool { package: Package!  purchased: Int!  assigned: Int!  activated: Int!  available: Int! }
  type Package { id: ID!  code: String!  name: String! }
  type UserConnection { totalCount: Int!  nodes: [User!]!  pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean!  endCursor: String }
  type User { id: ID!  email: String!  firstName: String!  lastName: String!  license: License }
  type License { id: ID!  assignedAt: String!  package: Package! }
  type Mutation { assignLicense(input: AssignLicenseInput!): AssignLicensePayload! }
  input AssignLicenseInput { userId: ID!  packageId: ID! }
  union AssignLicensePayload = LicenseAssigned | NoSeatAvailableError | AlreadyLicensedError
  type LicenseAssigned { license: License!  pools: [SeatPool!]! }
  type NoSeatAvailableError { code: String! }
  type AlreadyLicensedError { code: String! }
  type Subscription { seatCountsChanged: SeatInventory! }
`

// Each statement has a name, so that PostgreSQL prepares it once for a connection.
const SESSION = {
  name: 'session',
  text: `SELECT person.account_id AS "accountId", person.id AS "userId", person.role
    FROM sessions AS session JOIN users AS person ON person.id = session.user_id
    WHERE session.hash = $1 AND session.revoked_at IS NULL AND session.expires_at > now()`
}
const INVENTORY = {
  name: 'inventory',
  text: `SELECT account.version, package.id AS "packageId", package.code, package.name,
      coalesce(pool.purchased, 0) AS purchased, coalesce(pool.assigned, 0) AS assigned,
      coalesce(pool.activated, 0) AS activated
    FROM accounts AS account CROSS JOIN packages AS package
    LEFT JOIN seat_pools AS pool ON pool.package_id = package.id AND pool.account_id = account.id
    WHERE account.id = $1 AND (package.on_sale OR pool.id IS NOT NULL) ORDER BY package.tier, package.code`
}
const ACCOUNT = { name: 'account', text: 'SELECT id, name FROM accounts WHERE id = $1' }
const USERS = {
  name: 'users',
  text: `SELECT id, email, first_name AS "firstName", last_name AS "lastName" FROM users
    WHERE account_id = $1 ORDER BY id LIMIT $2`
}
const COUNT = { name: 'count', text: 'SELECT count(*)::int AS total FROM users WHERE account_id = $1' }
const LICENSES = {
  name: 'licenses',
  text: `SELECT id, user_id AS "userId", package_id AS "packageId", assigned_at AS "assignedAt" FROM licenses
    WHERE account_id = $1 AND user_id = ANY($2::uuid[]) AND ended_at IS NULL`
}
const PACKAGES = { name: 'packages', text: 'SELECT id, code, name FROM packages WHERE id = ANY($1::uuid[])' }

const run = (statement, values, on = pool) => on.query({ ...statement, values }).then((answer) => answer.rows)

async function viewerOf (authorization) {
  const secret = (authorization ?? '').replace(/^Bearer /, '')
  const [viewer] = await run(SESSION, [createHash('sha256').update(secret).digest()])
  if (viewer?.role !== 'ADMINISTRATOR') throw new mercurius.ErrorWithProps('Sign in first.', {}, 401)
  return viewer
}

async function readInventory (accountId) {
  const rows = await run(INVENTORY, [accountId])
  return { version: rows[0].version, pools: rows.map(shownPool) }
}

const shownPool = (row) => ({
  purchased: row.purchased,
  assigned: row.assigned,
  activated: row.activated,
  available: row.purchased - row.assigned,
  package: { id: row.packageId, code: row.code, name: row.name }
})

const LOCK = { name: 'lock', text: 'SELECT version FROM accounts WHERE id = $1 FOR NO KEY UPDATE' }
const CAN_HAVE = {
  name: 'can-have',
  text: `SELECT package.code, package.name, EXISTS (SELECT FROM licenses AS held WHERE held.account_id = $1
      AND held.user_id = person.id AND held.ended_at IS NULL) AS licensed
    FROM users AS person, packages AS package WHERE person.id = $2 AND person.account_id = $1 AND package.id = $3`
}
const TAKE = {
  name: 'take',
  text: `UPDATE seat_pools SET assigned = assigned + 1
    WHERE account_id = $1 AND package_id = $2 AND assigned < purchased RETURNING purchased, assigned, activated`
}
const GIVE = {
  name: 'give',
  text: `INSERT INTO licenses (id, account_id, user_id, package_id, assigned_at, assigned_by, link_event_id)
    VALUES ($1, $2, $3, $4, now(), $5, $6) RETURNING assigned_at AS "assignedAt"`
}
const RECORD = {
  name: 'record',
  text: `WITH account AS (UPDATE accounts SET version = version + 1 WHERE id = $2 RETURNING version)
    INSERT INTO events (id, account_id, version, type, actor_id, occurred_at, data, pools)
    SELECT $1, $2, account.version, 'license.assigned', $3, now(), $4, $5 FROM account RETURNING version`
}

async function assign (client, { accountId, userId: actorId }, { userId, packageId }) {
  await run(LOCK, [accountId], client)
  const [found] = await run(CAN_HAVE, [accountId, userId, packageId], client)
  if (!found) throw new Error('No such user or package.')
  if (found.licensed) return { __typename: 'AlreadyLicensedError', code: 'ALREADY_LICENSED' }
  const [counts] = await run(TAKE, [accountId, packageId], client)
  if (!counts) return { __typename: 'NoSeatAvailableError', code: 'NO_SEAT_AVAILABLE' }
  const id = randomUUID()
  const eventId = randomUUID()
  const [license] = await run(GIVE, [id, accountId, userId, packageId, actorId, eventId], client)
  const data = JSON.stringify({ license_id: id, user_id: userId, package_id: packageId })
  const told = JSON.stringify([{ account_id: accountId, package_id: packageId, ...counts }])
  await run(RECORD, [eventId, accountId, actorId, data, told], client)
  return {
    __typename: 'LicenseAssigned',
    license: { id, packageId, assignedAt: license.assignedAt },
    pools: [shownPool({ ...counts, packageId, code: found.code, name: found.name })]
  }
}

async function inTransaction (work) {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const answer = await work(client)
    await client.query('COMMIT')
    return answer
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

const resolvers = {
  Query: {
    account: async (_root, _given, { viewer }) => (await run(ACCOUNT, [viewer.accountId]))[0]
  },
  Account: {
    seatInventory: (account) => readInventory(account.id),
    users: async (account, { first }) => {
      const [page, [counted]] = await Promise.all([run(USERS, [account.id, first + 1]), run(COUNT, [account.id])])
      const nodes = page.slice(0, first)
      const pageInfo = { hasNextPage: page.length > first, endCursor: nodes.at(-1)?.id ?? null }
      return { totalCount: counted.total, nodes, pageInfo }
    }
  },
  Mutation: {
    assignLicense: async (_root, { input }, { viewer, pubsub }) => {
      const answer = await inTransaction((client) => assign(client, viewer, input))
      if (answer.__typename === 'LicenseAssigned') {
        const payload = { seatCountsChanged: await readInventory(viewer.accountId) }
        await pubsub.publish({ topic: viewer.accountId, payload })
      }
      return answer
    }
  },
  Subscription: {
    seatCountsChanged: {
      subscribe: (_root, _given, { pubsub, viewer }) => pubsub.subscribe(viewer.accountId)
    }
  }
}

const loaders = {
  User: {
    license: {
      loader: async (queries, { viewer }) => {
        const rows = await run(LICENSES, [viewer.accountId, queries.map(({ obj }) => obj.id)])
        const found = new Map(rows.map((row) => [row.userId, row]))
        return queries.map(({ obj }) => found.get(obj.id) ?? null)
      },
      opts: { cache: false }
    }
  },
  License: {
    package: {
      loader: async (queries) => {
        const rows = await run(PACKAGES, [[...new Set(queries.map(({ obj }) => obj.packageId))]])
        const found = new Map(rows.map((row) => [row.id, row]))
        return queries.map(({ obj }) => found.get(obj.packageId))
      },
      opts: { cache: false }
    }
  }
}

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  context: async (request) => ({ viewer: await viewerOf(request.headers.authorization) }),
  subscription: {
    onConnect: async ({ payload }) => ({ viewer: await viewerOf(payload?.Authorization) })
  }
})
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
