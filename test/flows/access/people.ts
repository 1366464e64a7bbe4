import { createHash } from 'node:crypto'
import type { Asking, AuthenticatedClient } from '../../../server/asking.ts'
import { createClient } from '../../../server/client-credentials.ts'
import { PortalError } from '../../../server/errors.ts'
import { newId, newSecret } from '../../../server/ids.ts'
import { createOrganization } from '../../../server/new-organization.ts'
import { SCOPES, type Scope } from '../../../server/sender.ts'
import type { Level, Method, PersonRef } from '../../../server/sign-in/store.ts'
import { hashToken } from '../../../server/sign-in/token.ts'
import type { Visitor } from '../../../server/sign-in/visitor.ts'
import type { Role as StaffRole } from '../../../server/staff.ts'
import { minutes } from '../../../server/time.ts'
import { type TestPortal, wholePortal } from '../../support/whole-portal.ts'

/** Everybody who can stand before the portal, each with what they have proven. Two organizations: North, and South for `foreign…`. */
export const ROLES = [
  'anonymous', // no cookie, no credentials
  'expiredSession', // Ada's, 16 minutes idle
  'disabledProvider', // signed in, then disabled
  'revokedClient',
  'mailboxOnly', // Ada's mailbox alone, though she has factors
  'newcomer', // a patient who has none yet
  'patient', // Ada
  'otherPatient', // Ben, of the same organization
  'provider',
  'colleague', // another provider of the same organization
  'foreignProvider',
  'compliance',
  'administrator',
  'foreignAdministrator',
  'client',
  'foreignClient',
  'narrowClient', // of the first organization, without the one scope that is needed
] as const
export type Role = (typeof ROLES)[number]

/** Who comes through which door: a session's token, or an Authorization header; both null for somebody unknown. */
export interface Credentials {
  token: string | null
  header: string | null
}

type Owner =
  | 'patient'
  | 'otherPatient'
  | 'foreignPatient'
  | 'provider'
  | 'colleague'
  | 'foreignProvider'
  | 'client'
  | 'foreignClient'

export interface People {
  world: TestPortal
  /** Addresses of the patients. */
  addresses: Record<'patient' | 'otherPatient' | 'foreignPatient', string>
  persons: Record<string, PersonRef>
  /** Fresh credentials for a role; `scope` is what the narrow client lacks. */
  credentials(role: Role, scope?: Scope): Promise<Credentials>
  /** The session behind credentials. @throws sign_in_required, as every page does. */
  visitor(credentials: Credentials): Promise<Visitor>
  client(credentials: Credentials): Promise<AuthenticatedClient>
  asking(credentials: Credentials): Promise<Asking>
}

const PATIENTS = { patient: 'ada@example.com', otherPatient: 'ben@example.com', foreignPatient: 'eva@example.com' }

export async function everybody(): Promise<People> {
  const world = await wholePortal()
  const about = { phone: '+1 555 0100', timeZone: 'UTC', namedInNotices: true }
  const north = (await createOrganization(world.parts, { name: 'North Clinic', ...about })).id
  const south = (await createOrganization(world.parts, { name: 'South Hospital', ...about })).id

  const persons: Record<string, PersonRef> = {
    patient: await recipient(world, north, 'Ada Lopez', PATIENTS.patient),
    otherPatient: await recipient(world, north, 'Ben Ito', PATIENTS.otherPatient),
    foreignPatient: await recipient(world, south, 'Eva Lund', PATIENTS.foreignPatient),
    newcomer: await recipient(world, north, 'New Comer', 'new@example.com', false),
    provider: await staff(world, north, 'Dr. Cole', 'provider'),
    colleague: await staff(world, north, 'Dr. Reed', 'provider'),
    disabledProvider: await staff(world, north, 'Dr. Gone', 'provider'),
    compliance: await staff(world, north, 'Kim Park', 'compliance'),
    administrator: await staff(world, north, 'Lee Stone', 'administrator'),
    foreignProvider: await staff(world, south, 'Dr. Far', 'provider'),
    foreignAdministrator: await staff(world, south, 'Max Far', 'administrator'),
  }
  persons.expiredSession = persons.mailboxOnly = persons.patient!

  const key = async (organization: string, scopes: Scope[]) =>
    (await createClient(world.parts, { organization, name: 'Records', scopes })).apiKey
  const keys: Partial<Record<Role, string>> = {
    client: await key(north, [...SCOPES]),
    foreignClient: await key(south, [...SCOPES]),
    revokedClient: await key(north, [...SCOPES]),
  }
  const narrow = new Map<Scope, string>()
  for (const missing of SCOPES)
    narrow.set(
      missing,
      await key(
        north,
        SCOPES.filter(scope => scope !== missing),
      ),
    )
  await world.parts.store.transaction(async tx => {
    const revoked = await tx.clients.findByApiKeyHash(createHash('sha256').update(keys.revokedClient!).digest('base64url'))
    await tx.clients.revoke(revoked!.id, world.clock.read())
  })

  async function credentials(role: Role, scope: Scope = 'deposit'): Promise<Credentials> {
    const apiKey = role === 'narrowClient' ? narrow.get(scope) : keys[role]
    if (apiKey !== undefined) return { token: null, header: `Bearer ${apiKey}` }
    const person = persons[role]
    if (person === undefined) return { token: null, header: null }
    const onlyMailbox = role === 'mailboxOnly' || role === 'newcomer'
    const token = await session(world, person, onlyMailbox ? 'mailbox' : 'full', role === 'expiredSession' ? minutes(16) : 0)
    if (role === 'disabledProvider') await world.parts.store.transaction(tx => tx.staff.disable(person.id, world.clock.read()))
    return { token, header: null }
  }
  const { portal } = world
  const visitor = async ({ token }: Credentials) => {
    const found = await portal.visitor(token)
    if (found === null) throw new PortalError('sign_in_required', 'Please sign in first.')
    return found
  }
  const client = ({ header }: Credentials) => portal.authenticateClient(header)
  const asking = async (who: Credentials): Promise<Asking> =>
    who.header === null ? { staff: (await visitor(who)) as never } : { client: await client(who) }
  return { world, addresses: PATIENTS, persons, credentials, visitor, client, asking }
}

/** Whose thing it is, seen from a role: theirs, somebody's of the same organization, of the other one, or nobody's. */
export const WHOSE = ['own', 'other', 'otherOrganization', 'missing'] as const
export type Whose = (typeof WHOSE)[number]

/** Messages belong to patients. Who is none asks for the first patient's as if it were theirs. */
export function patientBehind(role: Role, whose: Exclude<Whose, 'missing'>): Owner {
  if (whose === 'otherOrganization') return role.startsWith('foreign') ? 'patient' : 'foreignPatient'
  const isBen = role === 'otherPatient'
  return (whose === 'own') === isBen ? 'otherPatient' : 'patient'
}

/** Deposits and replies belong to their sender. */
export function senderBehind(role: Role, whose: Exclude<Whose, 'missing'>): Owner {
  const isForeign = role.startsWith('foreign')
  if (whose === 'otherOrganization') return isForeign ? 'provider' : 'foreignClient'
  const [own, other] = SENDERS[role] ?? (isForeign ? FOREIGN : HOME)
  return whose === 'own' ? own : other
}

const HOME: [Owner, Owner] = ['provider', 'client']
const FOREIGN: [Owner, Owner] = ['foreignProvider', 'foreignClient']
const SENDERS: Partial<Record<Role, [Owner, Owner]>> = {
  provider: ['provider', 'colleague'],
  colleague: ['colleague', 'provider'],
  client: ['client', 'provider'],
  narrowClient: ['client', 'provider'],
  foreignClient: ['foreignClient', 'foreignProvider'],
}

/** Factors and sessions belong to a person, whatever their role. */
export function personBehind(role: Role, whose: Exclude<Whose, 'missing'>): string {
  if (whose === 'own') return role
  if (whose === 'other') return role.startsWith('foreign') ? 'foreignPatient' : role === 'colleague' ? 'provider' : 'colleague'
  return role.startsWith('foreign') ? 'provider' : 'foreignProvider'
}

async function recipient(world: TestPortal, organization: string, name: string, address: string, hasFactors = true) {
  const now = world.clock.read()
  const id = newId('rcp', now)
  const settings = { language: 'en', timeZone: null, createdAt: now, confirmedAt: null }
  await world.parts.store.transaction(tx => tx.recipients.add({ id, organization, address, name, ...settings }))
  const person: PersonRef = { kind: 'recipient', id, organization }
  if (hasFactors) await enrolled(world, person)
  return person
}

async function staff(world: TestPortal, organization: string, name: string, role: StaffRole): Promise<PersonRef> {
  const now = world.clock.read()
  const id = newId('stf', now)
  const address = `${id}@example.com`
  await world.parts.store.transaction(tx =>
    tx.staff.add({ id, organization, address, name, role, createdAt: now, disabledAt: null }),
  )
  const person: PersonRef = { kind: 'staff', id, organization }
  await enrolled(world, person)
  return person
}

/** A passphrase that nobody was told. */
const UNTOLD = '$argon2id$v=19$m=19456,t=2,p=1$2BWPAcnUT28kahTFgGnZ9w$UWehK6RwszPiT+S/SiYh8KbJuu8W+pFv5lEX3ylhAqQ'

/** A passphrase and an authenticator app: enough to sign in with. */
async function enrolled(world: TestPortal, person: PersonRef): Promise<void> {
  await factor(world, person, 'passphrase', UNTOLD)
  await factor(world, person, 'totp', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
}

/** A factor of this person; says its id. */
export async function factor(world: TestPortal, person: PersonRef, kind: 'passphrase' | 'totp' | 'passkey', secret: string) {
  const now = world.clock.read()
  const id = newId('fac', now)
  const row = { id, person, kind, label: '', secret, createdAt: now, lastUsedAt: null, counter: 0 }
  await world.parts.store.transaction(tx =>
    kind === 'passkey' ? tx.signIn.factors.addPasskey(row, newSecret()) : tx.signIn.factors.add(row),
  )
  return id
}

/** A session as signing in would have made it, idle for so long; says its token. */
async function session(world: TestPortal, person: PersonRef, level: Level, idle: number): Promise<string> {
  const token = newSecret()
  const at = world.clock.read() - idle
  const method: Method = level === 'full' ? 'passphrase+totp' : 'mailbox_code'
  const times = { createdAt: at, signedInAt: at, lastSeenAt: at }
  const row = { tokenHash: hashToken(token), handle: newId('ses', at), person, level, method, ...times }
  await world.parts.store.transaction(tx => tx.signIn.sessions.add(row))
  return token
}
