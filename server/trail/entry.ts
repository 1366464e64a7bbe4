import { createHash } from 'node:crypto'
import { z } from 'zod'
import { PortalError } from '../errors.ts'
import { randomOf } from '../random.ts'
import type { Level, Method } from '../sign-in/store.ts'
import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'
import { ACTIONS, type Action } from './action.ts'
import { canonicalPlace, type EntryPlace, isCanonicalEntry } from './canonical-entry.ts'
import { appendLeaf, leafHash, sameHash } from './tree.ts'

export type { Action } from './action.ts'

/** Stands in for an organization's id where something concerns the portal as a whole. */
export const PORTAL_ITSELF = 'portal'

/**
 * Who did it. `portal`: a job of the portal; `operator`: someone at the command line; `visitor`: nobody is known yet.
 * The ids of these three are the same words; the others are ids such as `rcp_…`.
 */
export interface Actor {
  kind: 'recipient' | 'staff' | 'client' | 'portal' | 'operator' | 'visitor'
  id: string
}

export const PORTAL_ACTOR: Actor = { kind: 'portal', id: 'portal' }
export const OPERATOR: Actor = { kind: 'operator', id: 'operator' }
export const VISITOR: Actor = { kind: 'visitor', id: 'visitor' }

/** Numbers, yes or no, and single words: an id, or a word of a fixed vocabulary (`wrong_recipient`). Never a person's own words. */
export type DetailValue = number | boolean | string
export type Detail = Readonly<Record<string, DetailValue>>

/**
 * One entry of the trail. It holds no content and no address, only pseudonymous ids, so that it can be kept for years and shown to
 * a stranger who verifies it.
 *
 * Written as canonical JSON: keys sorted, no white space, integers and plain words only. That is RFC 8785 for what may stand in it.
 */
export interface Entry {
  v: 1
  /** Its place in the tree, from 0. */
  index: number
  at: Instant
  organization: string
  actor: Actor
  action: string
  /** Id of what was acted on: a message, a deposit, a session handle… */
  object: string | null
  /** Revision of the object after this change; null when nothing was changed. */
  revision: number | null
  level?: Level | undefined
  method?: Method | undefined
  detail?: Detail | undefined
  /** SHA-256 digests (base64url) of salted values, by name: see {@link commitment}. */
  commitments?: Readonly<Record<string, string>> | undefined
}

/** What a use case tells of what it does; place and time are added by {@link record}. */
export interface NewEntry {
  organization: string
  actor: Actor
  action: Action
  object?: string | null | undefined
  revision?: number | null | undefined
  level?: Level | undefined
  method?: Method | undefined
  detail?: Detail | undefined
  commitments?: Readonly<Record<string, string>> | undefined
}

/**
 * Writes an entry into the trail, in the caller's transaction: the change and its entry are kept together or not at all.
 *
 * @returns its index.
 * @throws TypeError when a value might be content or an address; nothing is written then.
 */
export async function record(tx: Pick<Tx, 'trail'>, now: Instant, entry: NewEntry): Promise<number> {
  const head = await tx.trail.head()
  const { organization, actor, action, object = null, revision = null } = entry
  const whole: Entry = { ...entry, v: 1, index: head.size, at: now, organization, actor, action, object, revision }
  const bytes = encodeEntry(whole)
  const leaf = leafHash(bytes)
  await tx.trail.append(
    { index: head.size, at: now, organization, actor: actor.id, action, object, revision, bytes, leafHash: leaf },
    appendLeaf(head, leaf),
  )
  return head.size
}

/**
 * The bytes of an entry: what is hashed, kept and exported.
 *
 * @throws TypeError when it holds what no entry may hold.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const text = orderedJson(entry) ?? canonicalJson(entry)
  // A revision that is no number would be written as `null`, and read as none.
  if (isCanonicalEntry(text) && (entry.revision === null || Number.isSafeInteger(entry.revision)))
    return Buffer.from(text, 'latin1')
  const checked = ENTRY.safeParse(withoutAbsent(entry))
  if (!checked.success) throw new TypeError(`Not an entry of the trail: ${firstProblem(checked.error)}.`)
  return new TextEncoder().encode(canonicalJson(checked.data))
}

/**
 * Reads an entry back, and only if these are the very bytes {@link encodeEntry} writes for it.
 *
 * @throws PortalError `malformed`, with what is wrong.
 */
export function decodeEntry(bytes: Uint8Array): Entry {
  // An entry is ASCII; anything else would not pass the closer look.
  const text = asciiOf(bytes)
  return isCanonicalEntry(text) ? (JSON.parse(text) as Entry) : readClosely(text)
}

/** What {@link decodeEntry} finds of its place; a verifier who reads millions needs no more. @throws PortalError `malformed` */
export function decodePlace(bytes: Uint8Array): EntryPlace {
  const text = asciiOf(bytes)
  return canonicalPlace(text) ?? readClosely(text)
}

const asciiOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

function readClosely(text: string): Entry {
  const read = ENTRY.safeParse(parseJson(text))
  if (!read.success) throw new PortalError('malformed', `This is not an entry of the trail: ${firstProblem(read.error)}.`)
  if (canonicalJson(read.data) !== text) {
    throw new PortalError('malformed', 'This entry is not in canonical form: keys sorted, none twice, no white space.')
  }
  return read.data
}

/**
 * Binds the trail to a value without telling it. The entry holds the digest; the salt is kept with the value, and once both are
 * destroyed nobody can find the value by trying.
 *
 * @returns salt: 32 random bytes, for the caller to keep outside the trail. digest: SHA-256(salt || value) as base64url.
 */
export function commitment(value: string | Uint8Array): { salt: Uint8Array; digest: string } {
  const salt = randomOf(32)
  return { salt, digest: digestOf(salt, value).toString('base64url') }
}

/** Whether this value and salt are what an entry was bound to. */
export const commitmentHolds = (digest: string, salt: Uint8Array, value: string | Uint8Array): boolean =>
  sameHash(digestOf(salt, value), Buffer.from(digest, 'base64url'))

const digestOf = (salt: Uint8Array, value: string | Uint8Array): Buffer =>
  createHash('sha256').update(salt).update(value).digest()

export const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word)

// Without '@', white space or anything beyond ASCII, and short: no address, no name in two words, no sentence fits in.
const WORD = z.string().regex(/^[A-Za-z0-9_.:+-]{1,64}$/, 'must be one plain word or id of at most 64 characters')
const COUNT = z.int().nonnegative()
const NAME = z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/, 'must be named in one word')

// `action`, `level` and `method` are any word here: a verifier must be able to read the entries of later versions.
const ENTRY = z.strictObject({
  v: z.literal(1),
  index: COUNT,
  at: COUNT,
  organization: WORD,
  actor: z.strictObject({ kind: WORD, id: WORD }),
  action: WORD,
  object: WORD.nullable(),
  revision: COUNT.nullable(),
  level: WORD.optional(),
  method: WORD.optional(),
  detail: z.record(NAME, z.union([z.int(), z.boolean(), WORD])).optional(),
  commitments: z.record(NAME, WORD).optional(),
}) as unknown as z.ZodType<Entry>

function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0]!
  const where = issue.path.join('.')
  return where === '' ? issue.message : `${where}: ${issue.message}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PortalError('malformed', 'This line is not JSON.')
  }
}

function withoutAbsent(entry: Entry): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined))
}

const NO_MORE: Readonly<Record<keyof Entry, true>> = {
  ...{ action: true, actor: true, at: true, commitments: true, detail: true, index: true, level: true, method: true },
  ...{ object: true, organization: true, revision: true, v: true },
}

/** As {@link canonicalJson}, with one call for the whole; null when there is something in it that an entry does not have. */
function orderedJson(entry: Entry): string | null {
  for (const name in entry) if (!Object.hasOwn(NO_MORE, name)) return null
  const { action, actor, at, commitments, detail, index, level, method, object, organization, revision, v } = entry
  if (Object.keys(actor).length !== 2) return null
  const ordered = {
    action,
    actor: { id: actor.id, kind: actor.kind },
    at,
    commitments: sorted(commitments),
    detail: sorted(detail),
  }
  return JSON.stringify({ ...ordered, index, level, method, object, organization, revision, v })
}

function sorted<V>(record: Readonly<Record<string, V>> | undefined): Readonly<Record<string, V>> | undefined {
  if (record === undefined) return undefined
  const names = Object.keys(record)
  if (names.every((name, at) => at === 0 || names[at - 1]! < name)) return record
  return Object.fromEntries(names.sort().map(name => [name, record[name]!]))
}

/** Keys by code unit, no white space. Only for values that passed ENTRY: integers and strings that need no escaping. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
