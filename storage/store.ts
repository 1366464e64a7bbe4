import type { Signer, Store } from '../server/store.ts'
import type { Instant } from '../server/time.ts'
import { attachmentContent } from './attachments.ts'
import type { Engine } from './engines/engine.ts'
import { Keyring, PORTAL } from './keyring.ts'
import { migrateDatabase, refuseOther, schemaState } from './migrations/migrate.ts'
import { OpenKeys } from './open-keys.ts'
import { addRootKey, hasRootKey } from './root-keys.ts'
import { addTrailKey, openTrailKey } from './signing-keys.ts'
import { txOn } from './tx.ts'
import { openPortalKeys, type PortalKeys, settle, type Work, workOn } from './work.ts'

/** Checks schema and root key, makes the portal's own keys on the first start, and puts the store together. */
export async function openStore(engine: Engine, keys: OpenKeys, now: Instant, migrate: boolean): Promise<Store> {
  if (migrate) await migrateDatabase(engine, now)
  if (await isNew(engine, keys)) await addPortalKeys(engine, keys, now)
  const [portal, signer] = await engine.read(async db => {
    const opened = await openPortalKeys(db, keys)
    return [opened, await openTrailKey(workOn(db, opened))] as const
  })
  return storeOn(engine, portal, signer)
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

function storeOn(engine: Engine, keys: PortalKeys, signer: Signer): Store {
  // After a crash the log may still hold pages of what was destroyed before it.
  let owesPurge = true

  // Those who shared a commit share its purge.
  let purging: Promise<void> | undefined

  /** The work is durable by now, whatever becomes of this: what cannot be purged today is after the next commit. */
  const purge = (): Promise<void> => {
    purging ??= engine
      .purge()
      .catch(() => false)
      .then(purged => {
        owesPurge = !purged
        purging = undefined
      })
    return purging
  }

  return {
    signer,

    async transaction(work) {
      const [result, shredded] = await engine.write(async db => {
        const own = workOn(db, keys)
        const done = await work(txOn(own))
        requireTrail(own)
        await settle(own)
        return [done, own.shredded] as const
      })
      owesPurge ||= shredded
      if (owesPurge) await purge()
      return result
    },

    read: work => engine.read(db => work(txOn(workOn(db, keys)))),

    attachmentContent: attachment => attachmentContent(engine, keys, attachment),

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
