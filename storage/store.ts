import type { Precedence, Signer, Store } from '../server/store.ts'
import type { Instant } from '../server/time.ts'
import { attachmentContent } from './attachment-content.ts'
import type { Engine } from './engines/engine.ts'
import { Keyring, PORTAL } from './keyring.ts'
import { migrateDatabase, refuseOther, schemaState } from './migrations/migrate.ts'
import type { OpenKeys } from './open-keys.ts'
import { isOwnPlace } from './part-owner.ts'
import { type OpenPartStore, type PartStore, tryPartStore } from './part-stores/part-store.ts'
import { checkObjects, removeDiscarded } from './part-sweep.ts'
import { addRootKey, hasRootKey } from './root-keys.ts'
import { keyedHash } from './sealing/blind-index.ts'
import { addTrailKey, openTrailKey } from './signing-keys.ts'
import { stageFile, type Write } from './staged-files.ts'
import { txOn } from './tx.ts'
import { openPortalKeys, type PortalKeys, settle, type Work, workOn } from './work.ts'

/** Checks schema and root key, makes the portal's own keys on the first start, and puts the store together. */
export async function openStore(
  engine: Engine,
  keys: OpenKeys,
  openParts: OpenPartStore,
  { now, migrate }: { now: Instant; migrate: boolean },
): Promise<Store> {
  if (migrate) await migrateDatabase(engine, now)
  if (await isNew(engine, keys)) await addPortalKeys(engine, keys, now)
  return storeOn(await openInside(engine, keys, openParts))
}

/** What a store is made of, on a database that has its keys. */
export interface Inside {
  engine: Engine
  keys: PortalKeys
  store: PartStore
  signer: Signer
}

export async function openInside(engine: Engine, keys: OpenKeys, openParts: OpenPartStore): Promise<Inside> {
  const [portal, signer] = await engine.read(async db => {
    const opened = await openPortalKeys(db, keys)
    return [opened, await openTrailKey(workOn(db, opened))] as const
  })
  return { engine, keys: portal, store: openParts(areaOf(portal)), signer }
}

/** Whether no root key has been used yet. */
const isNew = (engine: Engine, keys: OpenKeys): Promise<boolean> =>
  engine.read(async db => {
    await refuseOther(db, engine.dialect)
    return !(await hasRootKey(db, keys))
  })

/** In one transaction that looks again: two processes may start at once. */
const addPortalKeys = (engine: Engine, keys: OpenKeys, now: Instant): Promise<void> =>
  engine.write(async db => {
    if (await hasRootKey(db, keys)) return
    await addRootKey(db, keys, now)
    await new Keyring(db, keys).addFor(PORTAL, now)
    const own = workOn(db, await openPortalKeys(db, keys))
    await addTrailKey(own, now)
    await settle(own)
  })

/** Names this database among those that may keep objects in one place: the same after every start, restore and rotation. */
const areaOf = (keys: PortalKeys): string => keyedHash(keys.index, 'area of the part store').slice(0, 20)

export function storeOn({ engine, keys, store, signer }: Inside): Store {
  // After a crash the log may still hold pages of what was destroyed before it.
  let owesPurge = true

  // A sweep destroys in many transactions: purging after each would take longer than all of them.
  let sweeps = 0

  // Those who shared a commit share its purge.
  let purging: Promise<void> | undefined

  /** The work is durable by now, whatever becomes of this: what cannot be purged today is after the next commit. */
  const purge = (): Promise<void> => {
    purging ??= purgeOnce().finally(() => {
      purging = undefined
    })
    return purging
  }

  const purgeOnce = async (): Promise<void> => {
    await undefined // those who shared the commit are answered one behind the other
    owesPurge = false // whoever destroys something from here on owes another: this one may have gone past it
    if (!(await engine.purge().catch(() => false))) owesPurge = true
  }

  const read: Write = work => engine.read(db => work(workOn(db, keys)))

  const write = async <T>(work: (own: Work) => Promise<T>, precedence?: Precedence): Promise<T> => {
    const [result, shredded] = await engine.write(async db => {
      const own = { ...workOn(db, keys), seen: new Map() }
      own.ends.ask()
      try {
        const done = await work(own)
        requireTrail(own)
        await settle(own)
        return [done, own.shredded] as const
      } catch (error) {
        // Whatever went wrong behind an answer that was not the expected one went wrong because of it.
        await own.expected.met()
        throw error
      }
    }, precedence)
    owesPurge ||= shredded
    if (owesPurge && sweeps === 0) await purge()
    return result
  }
  const sides = { read, write, store }

  return {
    signer,
    journalMac: (before, line) => keyedHash(keys.journals, 'line of a journal', before, line),

    transaction: (work, precedence) => write(own => work(txOn(own)), precedence),
    read: work => read(own => work(txOn(own))),

    async sweep(work) {
      sweeps++
      try {
        return await work()
      } finally {
        sweeps--
        if (owesPurge && sweeps === 0) await purge()
      }
    },

    attachmentContent: (attachment, range) => attachmentContent({ engine, keys, store }, attachment, range),
    stageFile: (file, content) => stageFile(sides, file, content),
    removeDiscarded: limit => removeDiscarded(sides, limit),
    checkObjects: before => checkObjects(sides, before),
    async tryPartStore() {
      await tryPartStore(store)
      return isOwnPlace(sides)
    },

    async health() {
      const answers = await engine.answers()
      const migrated = answers && (await engine.read(db => schemaState(db, engine.dialect))) === 'current'
      return { answers, migrated }
    },

    close: () => engine.close(),
  }
}

/**
 * No change without its entry: every message that was added or changed must have reached the trail with its revision. Without it the
 * row could not be told from an older copy put back.
 */
function requireTrail({ entries, changed }: Work): void {
  for (const [message, revision] of changed) {
    if (!entries.tells(message, revision))
      throw new Error(`${message} reached revision ${revision} without an entry in the trail.`)
  }
}
