import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { alone } from './trail/history.ts'

/** Something that is over, or a hold; it must stay so whichever backup is put back. Ids and times only. */
export interface Ending {
  what: EndingWord
  /** Of the message, client, member of staff, factor or hold. */
  id: string
  /** Milliseconds. */
  at: number
  organization?: string | undefined
  /** What a hold covers. */
  covers?: string | undefined
}

const ENDING_WORDS = ['disposed', 'retracted', 'revoked', 'replaced', 'disabled', 'removed', 'held', 'released'] as const
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
 * A text file that only grows: a line for each ending (`disposed msg_… 1767225600000 org_…`, of a hold also what it covers), and
 * `through 1234` after those that were noted together.
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
      const lines = endings.map(lineOf)
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

const lineOf = ({ what, id, at, organization, covers }: Ending): string =>
  `${[what, id, at, organization, covers].filter(word => word !== undefined).join(' ')}\n`

/** Every ending of a journal's text, oldest first. A line that is none is left out: the file may end in the middle of one. */
export const endingsIn = (text: string): Ending[] =>
  linesOf(text).flatMap(line => {
    const [, what, id, at, organization, covers] = ENDING.exec(line) ?? []
    return what === undefined ? [] : [{ what: what as EndingWord, id: id!, at: Number(at), organization, covers }]
  })

/** How many lines are neither an ending nor how far was noted: damaged, or a newer program's. */
export const strangeLinesIn = (text: string): number =>
  linesOf(text).filter(line => !ENDING.test(line) && !THROUGH.test(line)).length

const ID = '[a-z]{3}_[0-9a-z]+'
const ENDING = new RegExp(`^(${ENDING_WORDS.join('|')}) (${ID}) (\\d{1,16})(?: (${ID}|portal))?(?: (${ID}))?$`)
const THROUGH = /^through (\d{1,16})$/

const linesOf = (text: string): string[] => wholeLines(text).split('\n').slice(0, -1)

const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1)

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
