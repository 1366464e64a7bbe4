import { createHash, timingSafeEqual } from 'node:crypto'
import type { AuthenticatedClient } from './asking.ts'
import { PortalError } from './errors.ts'
import { newSecret } from './ids.ts'
import type { Parts } from './parts.ts'
import { type Client, SCOPES, type Scope } from './sender.ts'
import type { Tx } from './store.ts'
import { hours, type Instant } from './time.ts'
import { record } from './trail/entry.ts'

const TOKEN_LIFETIME = hours(1)
/** Tells an access token from an API key at a glance, in a log of the client's or a leak found on the web. */
const TOKEN_PREFIX = 'rat_'
/** Longer than any header of ours; hashing megabytes for a stranger is not our work. */
const MAX_HEADER = 1_000

type StoreAndClock = Pick<Parts, 'store' | 'clock'>

/**
 * The client behind an Authorization header: a bearer API key, a bearer access token, or Basic with the client's id and secret.
 * Revoked and expired credentials end at once, for they are looked up each time.
 *
 * @throws PortalError `unauthorized`, the same for every reason.
 */
export async function authenticateClient(
  { store, clock }: StoreAndClock,
  authorization: string | null,
): Promise<AuthenticatedClient> {
  const [, scheme = '', credentials = ''] =
    /^([A-Za-z]+) +([\x21-\x7e]+) *$/.exec((authorization ?? '').slice(0, MAX_HEADER)) ?? []
  const now = clock()
  const found = await store.read(async tx => {
    if (scheme.toLowerCase() === 'bearer') return byBearer(tx, credentials, now)
    return scheme.toLowerCase() === 'basic' ? byBasic(tx, credentials) : null
  })
  if (found === null || !isActive(found.client, now)) throw new PortalError('unauthorized', 'These credentials are not valid.')
  return found
}

/** Whether a client may still do anything at all. */
const isActive = ({ revokedAt, expiresAt }: Client, now: Instant): boolean =>
  revokedAt === null && (expiresAt === null || now < expiresAt)

/**
 * OAuth 2.0 client credentials: a bearer token for an hour, for all of the client's scopes or for some.
 *
 * @throws PortalError `invalid` when a scope is asked for that the client does not have.
 */
export async function issueAccessToken(
  { store, clock }: StoreAndClock,
  { client, scopes: own }: AuthenticatedClient,
  scopes: Scope[],
): Promise<{ token: string; expiresInSeconds: number; scopes: Scope[] }> {
  const granted = scopes.length === 0 ? own : SCOPES.filter(scope => scopes.includes(scope))
  if (!granted.every(scope => own.includes(scope))) {
    const fields = [{ field: 'scope', problem: `Ask for some of: ${own.join(' ')}.` }]
    throw new PortalError('invalid', 'This client does not have every scope it asks for.', { fields })
  }
  const now = clock()
  const token = TOKEN_PREFIX + newSecret()
  await store.transaction(async tx => {
    await tx.clients.addAccessToken({ hash: sha256(token), client: client.id, scopes: granted, expiresAt: now + TOKEN_LIFETIME })
    const actor = { kind: 'client' as const, id: client.id }
    await record(tx, now, { organization: client.organization, actor, action: 'client.token_issued', object: client.id })
  })
  return { token, expiresInSeconds: TOKEN_LIFETIME / 1000, scopes: granted }
}

async function byBearer(tx: Tx, credentials: string, now: Instant): Promise<AuthenticatedClient | null> {
  const hash = sha256(credentials)
  const byKey = await tx.clients.findByApiKeyHash(hash)
  if (byKey !== null) return { client: byKey, scopes: byKey.scopes }
  const token = await tx.clients.findAccessToken(hash, now)
  const client = token && (await tx.clients.find(token.client))
  return client ? { client, scopes: client.scopes.filter(scope => token.scopes.includes(scope)) } : null
}

async function byBasic(tx: Tx, credentials: string): Promise<AuthenticatedClient | null> {
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  const [id, secret] = [pair.slice(0, Math.max(colon, 0)), pair.slice(colon + 1)].map(formDecoded)
  const client = await tx.clients.find(id ?? '')
  // Compared with something even when nobody has this id, so that the time does not tell.
  const right = sameText((await tx.clients.secretHash(id ?? '')) ?? sha256('nobody'), sha256(secret ?? ''))
  return client !== null && colon > 0 && right ? { client, scopes: client.scopes } : null
}

/** RFC 6749, section 2.3.1 has both parts form-encoded before they are joined. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return ''
  }
}

const sameText = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
