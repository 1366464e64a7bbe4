import { cp, rm } from 'node:fs/promises'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { isPortalError } from '../../server/errors.ts'
import { checkAtStart } from '../../server/trail/tail.ts'
import * as damage from './rig/damage.ts'
import { patience, tell, times } from './rig/length.ts'
import { type OpenedPortal, openPortal } from './rig/opened.ts'
import { clinicFolder } from './rig/prepared.ts'
import { type Story, storyIn } from './rig/prepared-story.ts'

const { database, log, history } = damage

/** What the program says of these files when it starts: nothing, or why it does not. */
async function startOn(folder: string): Promise<string | null> {
  return (await attempt(folder, async () => undefined)).refused
}

/** Starts on these files, does something, and tells what was refused; any other error is thrown. */
async function attempt<T>(folder: string, work: (opened: OpenedPortal, story: Story) => Promise<T>) {
  const story = await storyIn(folder)
  let opened: OpenedPortal | undefined
  try {
    opened = await openPortal(folder, story.now)
    await checkAtStart(opened.parts)
    return { refused: null, result: await work(opened, story) }
  } catch (error) {
    if (!isPortalError(error)) throw error
    return { refused: `${error.code}: ${error.message}`, result: null }
  } finally {
    await opened?.close()
  }
}

const DAMAGED: [what: string, harm: (folder: string) => Promise<void>, says: RegExp][] = [
  ['its first bytes', f => damage.flip(database(f), 3), /^unavailable: .*file is not a database/],
  ['the size of its pages', f => damage.flip(database(f), 16), /^unavailable: .*file is not a database/],
  ['its size', f => damage.flip(database(f), 30), /^unavailable: .*malformed/],
  ['who may write it', f => damage.flip(database(f), 18), /^unavailable: The database may only be read/],
  ['its first page', f => damage.flip(database(f), 103), /^unavailable: .*malformed/],
  ['all but its first page', f => damage.cutOff(database(f), 500_000), /^unavailable: .*malformed/],
  ['its last page', f => damage.cutOff(database(f), 4_096), /^unavailable: .*malformed/],
  ['everything in it', f => damage.emptied(database(f)), /^tampered: .*not the database it belongs to/],
  ['that it is there', f => rm(database(f)), /^tampered: .*not the database it belongs to/],
  ['that it is a file', f => damage.turnedIntoFolder(database(f)), /^unavailable: .*SQLITE_CANTOPEN/],
  // What the byte becomes may be a letter that nobody signed, or a sign that stands in no note.
  ['its last signed checkpoint', f => damage.flip(history(f), 60), /^tampered: .*(signature does not fit|not a signed note)/],
]

describe('a database that has lost', () => {
  test.each(DAMAGED)('%s is refused at start with the reason, today and tomorrow', async (what, harm, says) => {
    const folder = await clinicFolder()
    await harm(folder)
    const reason = await startOn(folder)
    tell(`${what}: ${reason}`)
    expect(reason).toMatch(says)
    expect(await startOn(folder)).toMatch(says)
  })
})

describe('what lies beside the database', () => {
  test('a log that is no log says nothing: the database is served as it was', async () => {
    const folder = await clinicFolder()
    await damage.overwritten(log(folder))
    await damage.overwritten(`${database(folder)}-shm`)
    expect(await startOn(folder)).toBeNull()
  })

  test('a log that lost what was signed is missed, wherever it broke', async () => {
    const later = await damage.folderOfLater()
    expect(await startOn(await copyOf(later))).toBeNull()
    const size = await damage.sizeOf(log(later))
    for (const place of [5, 40, 1_000, size >> 3, size >> 2]) {
      const folder = await copyOf(later)
      await damage.flip(log(folder), place)
      expect(await startOn(folder), `byte ${place}`).toMatch(/^tampered: The trail holds \d+ entries, but .* knows of \d+/)
    }
    const without = await copyOf(later)
    await rm(log(without))
    expect(await startOn(without)).toMatch(/^tampered: The trail holds/)
  })

  test('another portal’s log is refused, and what came of it stays refused', async () => {
    const folder = await clinicFolder()
    await cp(log(await damage.folderOfAnotherPortal()), log(folder))
    const reason = await startOn(folder)
    tell(`another portal's log: ${reason}`)
    expect(reason).toMatch(/^tampered: .*not the database it belongs to/)
    expect(await startOn(folder)).toBe(reason)
  })

  test('the log of a later day on an older copy is refused', async () => {
    const folder = await clinicFolder()
    await cp(log(await damage.folderOfLater()), log(folder))
    const reason = await startOn(folder)
    tell(`a later log on an older copy: ${reason}`)
    expect(reason).toMatch(/^(tampered|unavailable): /)
  })
})

describe('yesterday’s copy', () => {
  test('is refused beside today’s checkpoints', async () => {
    const folder = await clinicFolder()
    await cp(history(await damage.folderOfLater()), history(folder))
    expect(await startOn(folder)).toMatch(/^tampered: .*an older copy of the database was put back/)
  })

  test('with yesterday’s checkpoints is a whole portal of yesterday: only a checkpoint kept elsewhere tells', async () => {
    expect(await startOn(await clinicFolder())).toBeNull()
  })
})

async function copyOf(folder: string): Promise<string> {
  const copy = await clinicFolder()
  await cp(folder, copy, { recursive: true })
  return copy
}

describe('one bit turned over anywhere in the database', () => {
  test('changes no word that anybody reads: it is refused, or nothing was there', { timeout: patience }, async () => {
    const whole = await clinicFolder()
    const letters = idsOfLetters(whole)
    const right = await wordsIn(whole, letters)
    const size = await damage.sizeOf(database(whole))
    const seen = { refusedAtStart: 0, refusedWhenRead: 0, unharmed: 0 }
    const tries = times(16, 600)
    for (let number = 0; number < tries; number++) {
      const folder = await copyOf(whole)
      // Evenly over the file, and over the bytes of its pages.
      await damage.flip(
        database(folder),
        Math.floor((number * size) / tries) + (((number * 1_237) % 4_096) % Math.floor(size / tries)),
      )
      const words = await wordsIn(folder, letters)
      for (const [letter, word] of words) if (!word.startsWith('refused')) expect(word).toBe(right.get(letter))
      if (words.has('start')) seen.refusedAtStart++
      else if ([...words.values()].some(word => word.startsWith('refused'))) seen.refusedWhenRead++
      else seen.unharmed++
      await rm(folder, { recursive: true })
    }
    tell(`a bit turned over in ${tries} places: ${JSON.stringify(seen)}`)
    expect(seen.refusedAtStart + seen.refusedWhenRead).toBeGreaterThan(0)
  })
})

function idsOfLetters(folder: string): string[] {
  const file = new BetterSqlite(database(folder), { readonly: true })
  const ids = file.prepare('select id from messages').pluck().all() as string[]
  file.close()
  return ids
}

/** Every letter's words, or that they were refused. */
async function wordsIn(folder: string, letters: string[]): Promise<Map<string, string>> {
  const { refused, result } = await attempt(folder, async ({ parts: { store } }) => {
    const words = new Map<string, string>()
    for (const letter of letters) {
      const word = await store
        .read(async tx => {
          const message = await tx.messages.find(letter)
          return message
            ? JSON.stringify([message.recipient, message.state, await tx.messages.content(message)])
            : 'refused: not there'
        })
        .catch((error: unknown) => {
          if (!isPortalError(error)) throw error
          return `refused: ${error.message}`
        })
      words.set(letter, word)
    }
    return words
  })
  return result ?? new Map([['start', `refused: ${refused}`]])
}
