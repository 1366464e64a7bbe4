import type { Damage } from '../../server/damage.ts'
import { sealArchive } from '../sealing/archive.ts'
import { parseArchiveRecipient } from '../sealing/archive-keys.ts'
import type { Inside } from '../store.ts'
import { checkSealed, type Looked } from './check.ts'
import { damageText } from './damage.ts'
import { type Dumped, describe, dump, type Progress } from './dump.ts'
import type { Frame } from './frames.ts'
import { toBytes } from './frames.ts'
import { Looking } from './looking.ts'
import { dumpObjects } from './objects.ts'
import { type Failure, Targets, type WrittenFile } from './targets.ts'

export const MANIFEST_FILE = 'manifest.txt'
export const DATA_FILE = 'data.sealed'
export const KEYS_FILE = 'keys.sealed'
/** What does not verify, a line each; only there when something does not. */
export const DAMAGE_FILE = 'damage.txt'

export interface BackupPlan {
  /** `bak_…`; bound into both archives. */
  id: string
  /** The line of the recipient, as `portal backup keygen` wrote it. */
  recipient: string
  /** Empty folders; each gets the whole data half. */
  dataFolders: readonly string[]
  /** Empty folders for the keys, apart from the others; each gets all of them. */
  keysFolders: readonly string[]
  /** Texts that go beside the data half, as they are once that is written: what has ended meanwhile should be in them. */
  beside(): Promise<readonly { name: string; text: string }[]>
  /** Signs what was written; the manifest is written last, and a folder without it holds no backup. */
  sign(contents: BackupContents): string
  /** What was found to be damaged before, beside what is found now. */
  damage?: readonly Damage[] | undefined
  onProgress?: Progress | undefined
}

export interface BackupContents extends Dumped {
  /** Id of the recipient's key. */
  recipient: string
  data: WrittenFile
  keys: WrittenFile
  beside: WrittenFile[]
  /** What does not verify, and the files that the part store lacks. All else is in the backup, and what does not verify as it lies there. */
  damage: readonly Damage[]
}

/**
 * Copies everything as it is at one moment, while others go on writing, sealed to the recipient: the data into several folders, the keys
 * into folders of their own. Memory does not grow with the database. Everything is looked at on the way, so that what could not be restored
 * is known while the original is still there.
 *
 * @returns what was written, and which folders failed. A failed one holds no manifest, and so no backup.
 */
export async function backUp(inside: Inside, plan: BackupPlan): Promise<BackupContents & { failures: Failure[] }> {
  const recipient = parseArchiveRecipient(plan.recipient)
  const targets = new Targets(plan.dataFolders)
  const apart = new Targets(plan.keysFolders)
  const sealed = (name: string, frames: AsyncIterable<Frame>) => sealArchive(toBytes(frames), `${plan.id}/${name}`, recipient)

  const looking = new Looking()
  for (const known of plan.damage ?? []) looking.tell(known)
  const contents = await inside.engine.snapshot(async state => {
    const looked = { state, keys: inside.keys, store: inside.store }
    const dumped = await describe(state)
    const keys = await apart.write(KEYS_FILE, sealed(KEYS_FILE, dump(state, 'keys', looking.rows(inside.keys))))
    const data = await targets.write(DATA_FILE, sealed(DATA_FILE, everything(looked, inside, looking, plan.onProgress)))
    await checkSealed(looked, looking)
    return { ...dumped, recipient: recipient.id, keys, data }
  })
  const { damage } = looking
  const beside: WrittenFile[] = []
  const damaged = damage.length === 0 ? [] : [{ name: DAMAGE_FILE, text: damageText(damage) }]
  for (const { name, text } of [...(await plan.beside()), ...damaged]) beside.push(await targets.write(name, bytesOf(text)))

  const manifest = plan.sign({ ...contents, beside, damage })
  // Neither half is to be taken for a backup where the other is nowhere.
  if (targets.folders.length > 0) await apart.write(MANIFEST_FILE, bytesOf(manifest))
  if (apart.folders.length > 0) await targets.write(MANIFEST_FILE, bytesOf(manifest))
  const failures = [...apart.failures, ...targets.failures]
  return {
    ...contents,
    beside,
    damage,
    failures: [...failures, ...halves(apart, targets, KEYS_NOWHERE), ...halves(targets, apart, DATA_NOWHERE)],
  }
}

const KEYS_NOWHERE = 'Its keys could not be kept in any folder, and nothing opens it without them.'
const DATA_NOWHERE = 'The data that these keys open could not be kept in any folder.'

/** Folders that got everything of their half, while the other half is nowhere. */
const halves = (lost: Targets, kept: Targets, reason: string): Failure[] =>
  lost.folders.length > 0 ? [] : kept.folders.map(folder => ({ folder, reason }))

async function* everything(
  looked: Looked,
  inside: Inside,
  looking: Looking,
  onProgress: Progress | undefined,
): AsyncGenerator<Frame> {
  yield* dump(looked.state, 'data', looking.rows(inside.keys), onProgress)
  yield* dumpObjects(looked, inside, looking)
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8')
}
