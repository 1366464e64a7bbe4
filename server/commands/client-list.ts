import { listClients } from '../client-credentials.ts'
import type { Client } from '../sender.ts'
import { toIso } from '../time.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'list',
  description: 'The systems that deposit, of one organization or of all',
  args: { organization: { type: 'string', description: 'Only of this one', valueHint: 'org_…' }, json: JSON_ARGUMENT },
  async run({ organization, json }, terminal) {
    const clients = await withPortal(terminal, opened => listClients(opened, organization))
    if (json) terminal.out(JSON.stringify(clients.map(forPrograms)))
    else for (const client of clients) terminal.out(forPeople(client))
    return 0
  },
})

const forPrograms = ({ createdAt, expiresAt, revokedAt, ...client }: Client) => ({
  ...client,
  createdAt: toIso(createdAt),
  expiresAt: expiresAt === null ? null : toIso(expiresAt),
  revokedAt: revokedAt === null ? null : toIso(revokedAt),
})

const forPeople = ({ id, organization, name, scopes, revokedAt }: Client): string =>
  `${id}  ${organization}  ${scopes.join(',')}  ${name}${revokedAt === null ? '' : `  (revoked ${toIso(revokedAt)})`}`
