import type { DatabaseFile, Step } from './recorded.ts'

/** What a disk may hold after a power cut. Null: the file is not there. */
export type Image = Record<DatabaseFile, Buffer | null>

export interface CrashImage {
  /** After how many steps the power was cut, and what became of the writes that nobody had waited for. */
  where: string
  /** Whether the act had been acknowledged by then. */
  acknowledged: boolean
  /** Puts the files together: thousands of them would not fit into memory. */
  image(): Image
}

type Change = Extract<Step, { kind: 'write' | 'truncate' | 'unlink' }>

const SECTOR = 512

/** What may become of writes since the last fsync of their file: a disk writes them in whatever order, or not at all. */
const FATES: Record<string, (pending: Change[]) => Change[]> = {
  'all arrived': pending => pending,
  'none arrived': () => [],
  'all but the first arrived': pending => pending.slice(1),
  'only the last arrived': pending => pending.slice(-1),
  'the last arrived in part': pending => [...pending.slice(0, -1), ...pending.slice(-1).map(torn)],
}

const torn = (change: Change): Change =>
  change.kind === 'write' ? { ...change, bytes: change.bytes.subarray(0, Math.min(SECTOR, change.bytes.length >> 1)) } : change

/** Every state in which a power cut may leave the files: at each step, with each fate of what was not flushed yet. */
export function* crashImages(before: Image, steps: readonly Step[]): Generator<CrashImage> {
  let flushed: Image = before
  let pending: Change[] = []
  let acknowledged = false
  /** What each thread that waits for a flush will have flushed. */
  const covered = new Map<string, Change[]>()
  for (let at = 0; at <= steps.length; at++) {
    for (const [fate, arriving] of Object.entries(FATES)) {
      const [base, changes] = [flushed, arriving(pending)]
      yield { where: `after ${at} of ${steps.length} steps, ${fate}`, acknowledged, image: () => changed(base, changes) }
    }
    const step = steps[at]
    if (step === undefined) return
    if (step.kind === 'acknowledged') acknowledged = true
    else if (step.kind === 'syncing')
      covered.set(
        step.thread,
        pending.filter(({ file }) => file === step.file),
      )
    else if (step.kind === 'sync') {
      const now = pending.filter(change => covered.get(step.thread)?.includes(change))
      flushed = changed(flushed, now)
      pending = pending.filter(change => !now.includes(change))
    } else pending = [...pending, step]
  }
}

function changed(base: Image, changes: readonly Change[]): Image {
  const image = { ...base }
  const own = new Set<DatabaseFile>()
  for (const change of changes) {
    const { file } = change
    if (change.kind === 'unlink') {
      image[file] = null
      continue
    }
    const old = image[file] ?? Buffer.alloc(0)
    const size = change.kind === 'truncate' ? change.size : Math.max(old.length, change.offset + change.bytes.length)
    const bytes = own.has(file) && size === old.length ? old : Buffer.concat([old.subarray(0, size)], size)
    if (change.kind === 'write') change.bytes.copy(bytes, change.offset)
    image[file] = bytes
    own.add(file)
  }
  return image
}
