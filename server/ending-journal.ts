import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { alone } from './trail/history.ts'

/** Something that is over, and must stay so whichever backup is put back. Ids and times only. */
export interface Ending {
  what: EndingWord
  /** Id of the message. */
  id: string
  /** Milliseconds. */
  at: number
}

const ENDING_WORDS = ['disposed', 'retracted'] as const
export type EndingWord = (typeof ENDING_WORDS)[number]

/** What has ended, kept apart from the database: a backup that is put back does not know of it. */
export interface EndingJournal {
  /** Entries of the trail before this number have been noted. */
  through(): Promise<number>
  /** Resolves when the lines are durable. */
  append(endings: readonly Ending[], through: number): Promise<void>
  /** The whole journal, to go with a backup. */
  text(): Promise<string>
}

/**
 * A text file that only grows: a line for each ending (`disposed msg_… 1767225600000`), and `through 1234` after those that were noted
 * together.
 *
 * @param path - usually `endings.txt` in PORTAL_DATA; made when it is first written to.
 */
export function fileJournal(path: string): EndingJournal {
  const text = async () => wholeLines(await readIfThere(path))
  return {
    text,

    async through() {
      const last = (await text()).split('\n').findLast(line => THROUGH.test(line))
      return last === undefined ? 0 : Number(THROUGH.exec(last)![1])
    },

    async append(endings, through) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const lines = endings.map(({ what, id, at }) => `${what} ${id} ${at}\n`)
      await alone(`${path}.lock`, () => add(path, `${lines.join('')}through ${through}\n`))
    },
  }
}

async function add(path: string, lines: string): Promise<void> {
  const file = await open(path, 'a+', 0o600)
  try {
    // A line that was torn by a crash is written again: append() had not returned.
    await file.truncate(Buffer.byteLength(wholeLines(await readIfThere(path))))
    await file.appendFile(lines)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Every ending of a journal's text, oldest first. A line that is none is left out: the file may end in the middle of one. */
export const endingsIn = (text: string): Ending[] =>
  wholeLines(text)
    .split('\n')
    .flatMap(line => {
      const [, what, id, at] = ENDING.exec(line) ?? []
      return what === undefined ? [] : [{ what: what as EndingWord, id: id!, at: Number(at) }]
    })

const ENDING = new RegExp(`^(${ENDING_WORDS.join('|')}) (msg_[0-9a-z]+) (\\d{1,16})$`)
const THROUGH = /^through (\d{1,16})$/

const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1)

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
