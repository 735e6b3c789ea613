// PostGraphile 5 as its guide has it: the Amber preset, one role for visitors, who they are told by pgSettings.
// The database is told by PGHOST, PGUSER and PGDATABASE, the port as the first argument.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import amber from 'postgraphile/presets/amber'

const pool = new pg.Pool({ max: 16 })
const SESSION = {
  name: 'session',
  text: `SELECT person.account_id, person.id, person.role
    FROM sessions AS session JOIN users AS person ON person.id = session.user_id
    WHERE session.hash = $1 AND session.revoked_at IS NULL AND session.expires_at > now()`
}

async function viewerOf (authorization) {
  const secret = (authorization ?? '').replace(/^Bearer /, '')
  const { rows: [viewer] } = await pool.query({
    ...SESSION, values: [createHash('sha256').update(secret).digest()]
  })
  if (viewer?.role !== 'ADMINISTRATOR') throw new Error('Sign in first.')
  return viewer
}

const preset = {
  extends: [amber.default ?? amber],
  pgServices: [makePgService({ pool, schemas: ['served'] })],
  grafserv: { watch: false, graphiql: false },
  grafast: {
    explain: false,
    context: async ({ node }) => {
      const viewer = await viewerOf(node?.req.headers.authorization)
      return {
        pgSettings: {
          role: 'benchmark_visitor',
          'benchmark.account_id': viewer.account_id,
          'benchmark.user_id': viewer.id
        }
      }
    }
  }
}

const serving = postgraphile(preset).createServ(grafserv)
const server = createServer()
await serving.addTo(server)
server.listen(Number(process.argv[2]), '127.0.0.1')
