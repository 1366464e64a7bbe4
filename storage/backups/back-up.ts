import type { Snapshot } from '../engines/engine.ts'
import { sealArchive } from '../sealing/archive.ts'
import { parseArchiveRecipient } from '../sealing/archive-keys.ts'
import type { Inside } from '../store.ts'
import { type Dumped, describe, dump, type Progress } from './dump.ts'
import type { Frame } from './frames.ts'
import { toBytes } from './frames.ts'
import { dumpObjects } from './objects.ts'
import { type Failure, Targets, type WrittenFile } from './targets.ts'

export const MANIFEST_FILE = 'manifest.txt'
export const DATA_FILE = 'data.sealed'
export const KEYS_FILE = 'keys.sealed'

export interface BackupPlan {
  /** `bak_…`; bound into both archives. */
  id: string
  /** The line of the recipient, as `portal backup keygen` wrote it. */
  recipient: string
  /** Empty folders; each gets the whole data half. */
  dataFolders: readonly string[]
  /** An empty folder for the keys, apart from the others. */
  keysFolder: string
  /** Texts that go beside the data half, as they are once that is written: what has ended meanwhile should be in them. */
  beside(): Promise<readonly { name: string; text: string }[]>
  /** Signs what was written; the manifest is written last, and a folder without it holds no backup. */
  sign(contents: BackupContents): string
  onProgress?: Progress | undefined
}

export interface BackupContents extends Dumped {
  /** Id of the recipient's key. */
  recipient: string
  data: WrittenFile
  keys: WrittenFile
  beside: WrittenFile[]
  /** Names of objects that the part store should hold and does not: files that this backup cannot bring back. */
  lost: string[]
}

/**
 * Copies everything as it is at one moment, while others go on writing, sealed to the recipient: the data into several folders, the keys
 * into one of their own. Memory does not grow with the database.
 *
 * @returns what was written, and which folders failed. A failed one holds no manifest, and so no backup.
 */
export async function backUp(inside: Inside, plan: BackupPlan): Promise<BackupContents & { failures: Failure[] }> {
  const recipient = parseArchiveRecipient(plan.recipient)
  const targets = new Targets(plan.dataFolders)
  const apart = new Targets([plan.keysFolder])
  const sealed = (name: string, frames: AsyncIterable<Frame>) => sealArchive(toBytes(frames), `${plan.id}/${name}`, recipient)

  const lost: string[] = []
  const contents = await inside.engine.snapshot(async state => {
    const dumped = await describe(state)
    const keys = await apart.write(KEYS_FILE, sealed(KEYS_FILE, dump(state, 'keys')))
    const data = await targets.write(DATA_FILE, sealed(DATA_FILE, everything(state, inside, lost, plan.onProgress)))
    return { ...dumped, recipient: recipient.id, keys, data }
  })
  const beside: WrittenFile[] = []
  for (const { name, text } of await plan.beside()) beside.push(await targets.write(name, bytesOf(text)))

  const manifest = plan.sign({ ...contents, beside, lost })
  await apart.write(MANIFEST_FILE, bytesOf(manifest))
  // Keys that cannot be had leave data that cannot be opened: it is not to be taken for a backup.
  if (apart.failures.length === 0) await targets.write(MANIFEST_FILE, bytesOf(manifest))
  return { ...contents, beside, lost, failures: [...apart.failures, ...targets.failures] }
}

async function* everything(
  state: Snapshot,
  inside: Inside,
  lost: string[],
  onProgress: Progress | undefined,
): AsyncGenerator<Frame> {
  yield* dump(state, 'data', onProgress)
  yield* dumpObjects(state, inside, lost)
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8')
}
