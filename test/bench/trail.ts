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
      return rowOf(APPENDING.name, 'µs an entry', perEntry(measured, BATCH))
    } finally {
      floor.close()
      await portal.close()
    }
  },
}

/** Verifying an export of them, offline. */
export const VERIFYING: Bench = {
  name: 'trail-verify-100k',
  async run(progress) {
    const portal = await wholePortal()
    const directory = await mkdtemp(path.join(tmpdir(), 'restante-export-'))
    try {
      await grow(portal, share => progress(share * 0.7))
      await portal.portal.signCheckpoint()
      await exportTrail(portal.storage.store, directory)
      const key = verifierKey(portal.parts.settings.trailName, portal.storage.store.signer.publicKey)
      const measured = await paired(
        { rounds: 5, work: () => requireVerified(directory, key), floor: () => hashAll(path.join(directory, ENTRIES_FILE)) },
        share => progress(0.7 + share * 0.3),
      )
      return rowOf(VERIFYING.name, 'µs an entry', perEntry(measured, ENTRIES))
    } finally {
      await rm(directory, { recursive: true, force: true })
      await portal.close()
    }
  },
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

async function grow(portal: TestPortal, progress: Progress): Promise<void> {
  for (let made = 0; made < ENTRIES; made += BATCH) {
    await append(portal)
    progress((made + BATCH) / ENTRIES)
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
