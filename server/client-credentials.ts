import { PortalError } from './errors.ts'
import { newId, newSecret } from './ids.ts'
import type { Parts } from './parts.ts'
import { lineProblem } from './plain-text.ts'
import type { Client, Scope } from './sender.ts'
import { hashToken } from './sign-in/token.ts'
import type { ClientCredentials } from './store.ts'
import { OPERATOR, record } from './trail/entry.ts'

type Needed = Pick<Parts, 'store' | 'clock'>

/** What a client presents. Shown once, to whoever asked for it: only hashes are kept. */
export interface ShownOnce {
  /** For `Authorization: Bearer`. */
  apiKey: string
  /** For HTTP Basic and OAuth, with the client's id. */
  secret: string
}

/**
 * Lets a system deposit for an organization.
 *
 * @throws PortalError `not_found`: there is no such organization; `invalid`: the name cannot be shown in a line, or no scope is given.
 */
export async function createClient(
  parts: Needed,
  order: { organization: string; name: string; scopes: Scope[] },
): Promise<{ client: Client } & ShownOnce> {
  const problem = lineProblem(order.name, 100)
  if (problem !== null)
    throw new PortalError('invalid', `The name cannot be used. ${problem}`, { fields: [{ field: 'name', problem }] })
  if (order.scopes.length === 0) throw new PortalError('invalid', 'A client without any scope could do nothing.')
  const now = parts.clock()
  const client: Client = {
    id: newId('cli', now),
    organization: order.organization,
    name: order.name.trim(),
    scopes: [...new Set(order.scopes)],
    createdAt: now,
    expiresAt: null,
    revokedAt: null,
  }
  const { shown, kept } = newCredentials()
  await parts.store.transaction(async tx => {
    if ((await tx.organizations.find(order.organization)) === null)
      throw new PortalError('not_found', 'There is no such organization.')
    await tx.clients.add(client, kept)
    const detail = Object.fromEntries(client.scopes.map(scope => [scope, true]))
    await record(tx, now, {
      organization: client.organization,
      actor: OPERATOR,
      action: 'client.created',
      object: client.id,
      revision: 1,
      detail,
    })
  })
  return { client, ...shown }
}

/**
 * Gives a client new credentials; the old ones are worth nothing from this moment on.
 *
 * @throws PortalError `not_found`: there is no such client, or it was revoked.
 */
export async function rotateClient(parts: Needed, id: string): Promise<{ client: Client } & ShownOnce> {
  const now = parts.clock()
  const { shown, kept } = newCredentials()
  const client = await parts.store.transaction(async tx => {
    const client = await tx.clients.find(id)
    const revision = await tx.clients.replaceCredentials(id, kept)
    if (client === null || revision === null) throw noSuchClient()
    await record(tx, now, { organization: client.organization, actor: OPERATOR, action: 'client.rotated', object: id, revision })
    return client
  })
  return { client, ...shown }
}

/**
 * Shuts a client out for good. What it deposited stays.
 *
 * @throws PortalError `not_found`: there is no such client, or it was revoked before.
 */
export async function revokeClient(parts: Needed, id: string): Promise<Client> {
  const now = parts.clock()
  return parts.store.transaction(async tx => {
    const client = await tx.clients.find(id)
    const revision = await tx.clients.revoke(id, now)
    if (client === null || revision === null) throw noSuchClient()
    await record(tx, now, { organization: client.organization, actor: OPERATOR, action: 'client.revoked', object: id, revision })
    return { ...client, revokedAt: now }
  })
}

/** The clients of one organization, or of all. @throws PortalError `not_found`: there is no such organization. */
export async function listClients(parts: Pick<Parts, 'store'>, organization?: string): Promise<Client[]> {
  return parts.store.read(async tx => {
    if (organization !== undefined && (await tx.organizations.find(organization)) === null) {
      throw new PortalError('not_found', 'There is no such organization.')
    }
    const ids = organization === undefined ? (await tx.organizations.list()).map(({ id }) => id) : [organization]
    const clients: Client[] = []
    for (const id of ids) clients.push(...(await tx.clients.list(id)))
    return clients
  })
}

function newCredentials(): { shown: ShownOnce; kept: ClientCredentials } {
  const shown = { apiKey: newSecret(), secret: newSecret() }
  return { shown, kept: { apiKeyHash: hashToken(shown.apiKey), secretHash: hashToken(shown.secret) } }
}

const noSuchClient = () => new PortalError('not_found', 'There is no such client, or it was revoked before.')
