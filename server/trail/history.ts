import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { newSecret } from '../ids.ts'
import { joinNotes, splitNotes } from './checkpoint.ts'

/**
 * The checkpoints that were ever signed, kept apart from the database: when somebody puts an older database back, this still knows
 * how far the trail had come.
 */
export interface CheckpointHistory {
  /** The note that was added last; null when there is none. */
  latest(): Promise<string | null>
  /** Resolves when the note is durable. Any number of processes may add to the same history. */
  append(note: string): Promise<void>
}

/** More than the longest note, so that the last one is always whole in it. */
const TAIL_BYTES = 65_536

/**
 * A text file that only grows: notes with an empty line between them, readable by people and by `portal audit verify --checkpoint`.
 *
 * @param path - usually `checkpoints.txt` in PORTAL_DATA; made when it is first written to.
 */
export function fileHistory(path: string): CheckpointHistory {
  return {
    async latest() {
      const file = await openIfThere(path)
      if (file === null) return null
      try {
        return lastNote(await readTail(file)).note
      } finally {
        await file.close()
      }
    },

    async append(note) {
      await mkdir(dirname(path), { recursive: true })
      // Two processes that mend the same torn note would cut off what the quicker one has added after it.
      await alone(`${path}.lock`, () => add(path, note))
    },
  }
}

async function add(path: string, note: string): Promise<void> {
  const file = await open(path, 'a+', 0o600)
  try {
    const tail = await readTail(file)
    const { torn } = lastNote(tail)
    // A note that was torn by a crash was never given to anyone: append() had not returned.
    if (torn > 0) await file.truncate((await file.stat()).size - torn)
    await file.appendFile(tail.length > torn ? `\n${note}` : note)
    await file.sync()
  } finally {
    await file.close()
  }
}

const LOOK_MILLISECONDS = 20
/** Five seconds: many times as long as adding takes on a slow disk. */
const MOST_LOOKS = 250

/** Does something while no other process does. A lock that one holder keeps for too long was left behind by a crash. */
export async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  for (let looks = 0, holder: string | null = null; !(await claimed(lock)); looks++) {
    const now = await holderOf(lock)
    if (now !== holder) looks = 0
    holder = now
    if (looks >= MOST_LOOKS) await rm(lock, { force: true })
    await pause(LOOK_MILLISECONDS)
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function claimed(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600)
    await file.writeFile(newSecret())
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function holderOf(lock: string): Promise<string | null> {
  try {
    return await readFile(lock, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

type File = Awaited<ReturnType<typeof open>>

async function openIfThere(path: string): Promise<File | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function readTail(file: File): Promise<Buffer> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  await file.read(tail, 0, tail.length, size - tail.length)
  return tail
}

/** The last whole note, and how many bytes stand after it that are not one. */
function lastNote(tail: Buffer): { note: string | null; torn: number } {
  const text = tail.toString('latin1') // a character a byte, so that lengths are right even where a note is torn inside a character
  const blocks = text.split('\n\n')
  // The tail may begin in the middle of a note. Only signature lines begin with a dash, so the blocks can be told apart.
  const firstWhole = tail.length < TAIL_BYTES ? 0 : 1 + blocks.findIndex(block => block.startsWith(DASH))
  const aligned = blocks.slice(firstWhole).join('\n\n')
  const { notes } = splitNotes(aligned)
  const last = notes.at(-1)
  return {
    note: last === undefined ? null : Buffer.from(last, 'latin1').toString('utf8'),
    torn: aligned.length - joinNotes(notes).length,
  }
}

const DASH = Buffer.from('— ').toString('latin1')
