import { setTimeout as pause } from 'node:timers/promises'
import { PortalError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { OPERATOR, PORTAL_ITSELF, record } from '../trail/entry.ts'
import type { WrappingKey } from './store.ts'

/** Data keys wrapped anew in one transaction: as many as hold the one writer for a few milliseconds. */
const BATCH = 100
/** Data keys looked through for those to be wrapped anew, in one read. */
const SPAN = 10_000
/** Organizations' keys in one transaction of a root key's rotation. */
const ROOT_BATCH = 50
/** Between two batches others write: another process asks for the database again only every few milliseconds. */
const BREATH_MILLISECONDS = 5

export interface Course {
  /** How far it has come; the total may still grow. */
  progress(done: number, total: number): void
  /** Stops it between two batches; what was done is kept, and the next rotation goes on from there. */
  signal: AbortSignal
}

export interface Rotated {
  /** One for each organization: the key under which everything is now, and those that are retired. */
  organizations: { organization: string; key: string; retired: string[] }[]
  /** Data keys that were wrapped anew, in this run. */
  rewrapped: number
  /** Numbers of data keys that do not verify: they stay under the old key, which is therefore not retired. */
  damaged: number[]
  /** Whether it went on with a rotation that was begun before. */
  resumed: boolean
}

type RotationParts = Pick<Parts, 'store' | 'clock'>

/**
 * Gives organizations a new wrapping key, wraps their data keys by it while the portal serves, and retires the one before. Where a
 * rotation was begun and not ended, it is ended instead.
 *
 * @param organization - one, or `portal` for the keys of the portal itself; null for all of them.
 * @throws PortalError `not_found` when there is no such organization; AbortError when it was stopped.
 */
export async function rotateKeys(parts: RotationParts, organization: string | null, course: Course): Promise<Rotated> {
  const keys = await parts.store.read(tx => tx.keys.list(organization ?? undefined))
  const organizations = [...new Set(keys.map(key => key.organization))]
  if (organizations.length === 0) throw new PortalError('not_found', 'There is no such organization.')

  const unfinished = new Set(olderInUse(keys).map(key => key.organization))
  for (const each of organizations) {
    course.signal.throwIfAborted()
    if (!unfinished.has(each)) await begin(parts, each)
  }
  const older = olderInUse(await parts.store.read(tx => tx.keys.list(organization ?? undefined)))
  const { rewrapped, damaged, seen } = await rewrapUnder(
    parts,
    older.map(({ id }) => id),
    course,
  )
  const ended: Rotated['organizations'] = []
  for (const each of organizations) {
    course.signal.throwIfAborted()
    ended.push(await retireOlder(parts, each, { damaged, seen }))
  }
  return { organizations: ended, rewrapped, damaged, resumed: unfinished.size > 0 }
}

/** Of these keys those that a newer one has followed and that are not retired: their rotation has not ended. */
export function olderInUse(keys: readonly WrappingKey[]): WrappingKey[] {
  const inUse = keys.filter(key => key.retiredAt === null)
  return inUse.filter(key => inUse.some(other => other.organization === key.organization && other.epoch > key.epoch))
}

/** From this transaction on, new data keys are under the new key, whichever process makes them. */
const begin = ({ store, clock }: RotationParts, organization: string): Promise<void> =>
  store.transaction(async tx => {
    const now = clock()
    if (olderInUse(await tx.keys.list(organization)).length > 0) return // somebody else has begun meanwhile
    const { id, before } = await tx.keys.addWrappingKey(organization, now)
    const detail = { before }
    await record(tx, now, { organization, actor: OPERATOR, action: 'key.rotation_begun', object: id, detail })
  })

/** Looks through all data keys until a whole pass finds none under an older key; `seen` is the last it looked at. */
async function rewrapUnder({ store }: RotationParts, older: readonly string[], { progress, signal }: Course) {
  const damaged: number[] = []
  let rewrapped = 0
  let reached = 0
  // A further pass, which finds little or nothing, shows no way that was gone before.
  const show = (number: number, last: number) => {
    reached = Math.max(reached, number)
    progress(reached, last)
  }
  for (;;) {
    const last = await store.read(tx => tx.keys.lastDataKey())
    let found = 0
    for (let from = 1; from <= last; from += SPAN) {
      const to = Math.min(from + SPAN - 1, last)
      const under = await store.read(tx => tx.keys.dataKeysUnder(older, { from, to }))
      const numbers = under.filter(number => !damaged.includes(number))
      found += numbers.length
      for (let at = 0; at < numbers.length; at += BATCH) {
        signal.throwIfAborted()
        const batch = numbers.slice(at, at + BATCH)
        const done = await store.transaction(tx => tx.keys.rewrap(batch), { givesWay: true })
        damaged.push(...done.damaged)
        rewrapped += done.rewrapped
        show(batch.at(-1)!, last)
        await pause(BREATH_MILLISECONDS)
      }
      show(to, last)
    }
    if (found === 0) return { rewrapped, damaged, seen: last }
  }
}

/** The last step, alone with the database: makes certain that nothing is under an older key, and destroys it. */
const retireOlder = (
  { store, clock }: RotationParts,
  organization: string,
  { damaged, seen }: { damaged: readonly number[]; seen: number },
): Promise<Rotated['organizations'][number]> =>
  store.transaction(async tx => {
    const now = clock()
    const keys = await tx.keys.list(organization)
    const older = olderInUse(keys).map(({ id }) => id)
    const key = keys.findLast(({ retiredAt }) => retiredAt === null)!.id
    const retired = (await holdsNothing(tx, older, { damaged, seen })) ? older : []
    for (const id of retired) {
      await tx.keys.retire(id, now)
      const detail = { after: key }
      await record(tx, now, { organization, actor: OPERATOR, action: 'key.retired', object: id, revision: 1, detail })
    }
    return { organization, key, retired }
  })

/** What came after the last look cannot be under an older key, unless somebody put it there: it is looked at all the same. */
async function holdsNothing(tx: Tx, older: readonly string[], { damaged, seen }: { damaged: readonly number[]; seen: number }) {
  if (older.length === 0) return true
  const late = await tx.keys.dataKeysUnder(older, { from: seen + 1, to: await tx.keys.lastDataKey() })
  if ((await tx.keys.rewrap(late)).damaged.length > 0) return false
  for (const number of damaged) {
    if ((await tx.keys.dataKeysUnder(older, { from: number, to: number })).length > 0) return false
  }
  return true
}

export interface RootRotated {
  /** The root key everything is under now. */
  rootKey: string
  /** Those before, which open nothing any more. */
  retired: string[]
  /** Organizations' keys that were wrapped anew, in this run. */
  rewrapped: number
}

/**
 * Wraps every organization's keys by the root key that is set, and retires those before. Every process of the portal must have been
 * given both; where nothing is under another root key, nothing happens.
 */
export async function rotateRootKey({ store, clock }: RotationParts, { progress, signal }: Course): Promise<RootRotated> {
  const { id, before } = await store.transaction(async tx => {
    const now = clock()
    const begun = await tx.keys.addRootKey(now)
    if (begun.isNew) {
      const detail = { before: begun.before.at(-1)! }
      await record(tx, now, { ...OF_THE_PORTAL, action: 'key.rotation_begun', object: begun.id, detail })
    }
    return begun
  })
  let rewrapped = 0
  for (;;) {
    signal.throwIfAborted()
    const { done, left } = await store.transaction(tx => tx.keys.rewrapOrganizationKeys(ROOT_BATCH))
    rewrapped += done
    progress(rewrapped, rewrapped + left)
    if (left === 0) break
    await pause(BREATH_MILLISECONDS)
  }
  await store.transaction(async tx => {
    const now = clock()
    // Another process may have made an organization under the old one meanwhile; from here on none can.
    rewrapped += (await tx.keys.rewrapOrganizationKeys(Number.MAX_SAFE_INTEGER)).done
    for (const old of before) {
      await tx.keys.retireRootKey(old, now)
      await record(tx, now, { ...OF_THE_PORTAL, action: 'key.retired', object: old, revision: 1, detail: { after: id } })
    }
  })
  return { rootKey: id, retired: before, rewrapped }
}

const OF_THE_PORTAL = { organization: PORTAL_ITSELF, actor: OPERATOR }
