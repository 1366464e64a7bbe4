import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { newId } from '../../server/ids.ts'
import { verifierKey } from '../../server/trail/checkpoint.ts'
import { PORTAL_ACTOR, record } from '../../server/trail/entry.ts'
import { ENTRIES_FILE, exportTrail } from '../../server/trail/export.ts'
import { verifyExport } from '../../server/trail/verify.ts'
import { type TestPortal, wholePortal } from '../support/whole-portal.ts'
import { bareDatabase } from './floor.ts'
import { type Bench, type Progress, paired, rowOf } from './paired.ts'

const ENTRIES = 100_000
const BATCH = 1_000
/** Ten thousand a second. Of the value, not of the ratio. */
const APPEND_GOAL_MICROSECONDS = 100
/** Reading and hashing is the floor. */
const VERIFY_GOAL = 1.3
const FEW_ENTRIES = 10_000
/** How many times as long a search may take when the trail is ten times as long. */
const SEARCH_GOAL = 2
const SEARCH_GOAL_MS = 0.5

/** Entries written into the trail, a thousand to a commit. */
export const APPENDING: Bench = {
  name: 'trail-append-100k',
  async run(progress) {
    const portal = await wholePortal()
    const floor = bareDatabase()
    try {
      const entry = await sampleEntry(portal)
      const insert = floor.db.prepare('insert into kept (bytes) values (?)')
      const measured = await paired(
        {
          rounds: ENTRIES / BATCH,
          work: () => append(portal),
          floor: floor.db.transaction(() => {
            for (let i = 0; i < BATCH; i++) {
              sha256(entry)
              sha256(entry)
              insert.run(entry)
            }
          }),
        },
        progress,
      )
      const row = rowOf(APPENDING.name, 'µs an entry', perEntry(measured, BATCH))
      return { ...row, goal: APPEND_GOAL_MICROSECONDS, met: row.value <= APPEND_GOAL_MICROSECONDS }
    } finally {
      floor.close()
      await portal.close()
    }
  },
}

/** Verifying an export of them, offline. */
export const VERIFYING: Bench[] = [
  verifying('trail-verify-100k', ENTRIES),
  { ...verifying('trail-verify-1m', 10 * ENTRIES), isLong: true },
]

function verifying(name: string, entries: number): Bench {
  const run = async (progress: Progress) => {
    const portal = await wholePortal()
    const directory = await mkdtemp(path.join(tmpdir(), 'restante-export-'))
    try {
      await grow(portal, entries, share => progress(share * 0.7))
      await portal.portal.signCheckpoint()
      await exportTrail(portal.storage.store, directory)
      const key = verifierKey(portal.parts.settings.trailName, portal.storage.store.signer.publicKey)
      const measured = await paired(
        { rounds: 5, work: () => requireVerified(directory, key), floor: () => hashAll(path.join(directory, ENTRIES_FILE)) },
        share => progress(0.7 + share * 0.3),
      )
      return rowOf(name, 'µs an entry', perEntry(measured, entries), VERIFY_GOAL)
    } finally {
      await rm(directory, { recursive: true, force: true })
      await portal.close()
    }
  }
  return { name, run }
}

/** The newest fifty entries of one actor and one action, in a long trail beside a short one. */
export const SEARCHING: Bench[] = [
  searching('trail-search-100k', ENTRIES),
  { ...searching('trail-search-1m', 10 * ENTRIES), isLong: true },
]

function searching(name: string, entries: number): Bench {
  const run = async (progress: Progress) => {
    const [long, short] = [await wholePortal(), await wholePortal()]
    const filter = { actor: PORTAL_ACTOR.id, action: 'message.viewed' }
    const search = ({ storage }: TestPortal) => storage.store.read(tx => tx.trail.list('portal', filter, { limit: 50 }))
    try {
      await grow(short, FEW_ENTRIES, () => undefined)
      await grow(long, entries, share => progress(share * 0.9))
      const measured = await paired({ rounds: 200, work: () => search(long), floor: () => search(short) }, share =>
        progress(0.9 + share * 0.1),
      )
      const taken = measured.work
      const itself = { name: `${name}-itself`, value: taken, unit: 'ms', floor: null, ratio: null }
      return [rowOf(name, 'ms', measured, SEARCH_GOAL), { ...itself, goal: SEARCH_GOAL_MS, met: taken <= SEARCH_GOAL_MS }]
    } finally {
      await long.close()
      await short.close()
    }
  }
  return { name, run }
}

async function append({ storage, clock }: TestPortal): Promise<void> {
  await storage.store.transaction(async tx => {
    for (let i = 0; i < BATCH; i++) {
      const now = clock.advance(1)
      const place = { organization: 'portal', actor: PORTAL_ACTOR, object: newId('msg', now) }
      await record(tx, now, { ...place, action: 'message.viewed', revision: null })
    }
  })
}

async function grow(portal: TestPortal, entries: number, progress: Progress): Promise<void> {
  for (let made = 0; made < entries; made += BATCH) {
    await append(portal)
    progress((made + BATCH) / entries)
  }
}

async function sampleEntry(portal: TestPortal): Promise<Uint8Array> {
  await append(portal)
  const row = await portal.storage.store.read(tx => tx.trail.entry(0))
  return row!.bytes
}

async function requireVerified(directory: string, key: string): Promise<void> {
  const { ok } = await verifyExport(directory, key)
  if (!ok) throw new Error('The trail that was just exported does not verify.')
}

/** A tree of n leaves has n - 1 nodes above them: two hashes an entry is the least there is. */
function hashAll(file: string): void {
  let above: Uint8Array = new Uint8Array(32)
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    above = createHash('sha256').update(above).update(sha256(line)).digest()
  }
}

const sha256 = (bytes: Uint8Array | string): Uint8Array => createHash('sha256').update(bytes).digest()

const perEntry = ({ work, floor }: { work: number; floor: number }, entries: number) => ({
  work: (work / entries) * 1_000,
  floor: (floor / entries) * 1_000,
})
