import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
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

/** Lines that are authenticated before others have their turn, and about as many in characters. */
const PIECE_LINES = 150
const PIECE_CHARACTERS = 16_384

/** The mac of a line and of all before it: see `Store.journalMac`. */
export type JournalMac = (before: string, line: string) => string

/**
 * A text file that only grows: a line for each ending (`disposed msg_… 1767225600000 org_… ~mac`, of a hold also what it covers), and
 * `through 1234 ~mac` after those that were noted together. Each mac covers all lines before its own. A file that is not what was written
 * is set aside (`endings.txt.set-aside-1`), and the next one is noted anew out of the trail.
 *
 * @param path - usually `endings.txt` in PORTAL_DATA; made when it is first written to.
 */
export function fileJournal(path: string, mac: JournalMac): EndingJournal {
  // What was verified before, or written: it is looked at again when it is not the beginning of what lies there now.
  let known = { through: 0, last: '', text: '' }
  const verified = async () => {
    const text = wholeLines(await readIfThere(path))
    const before = text.startsWith(known.text) ? known : { through: 0, last: '', text: '' }
    const read = await readInPieces(text.slice(before.text.length), mac, before)
    if (read.wrongLine === null) known = { through: read.through, last: read.last, text }
    return { ...read, text }
  }
  return {
    text: async () => wholeLines(await readIfThere(path)),

    async through() {
      const { wrongLine, through } = await verified()
      return wrongLine === null ? through : 0
    },

    async append(endings, through) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await alone(`${path}.lock`, async () => {
        let { wrongLine, last, text } = await verified()
        if (wrongLine !== null) {
          await setAside(path)
          last = ''
          text = ''
        }
        // A new file does not know what stood in the one before it: through 0, so that the whole trail is noted again.
        const noted = wrongLine === null ? through : 0
        let lines = ''
        for (const [at, line] of [...endings.map(lineOf), `through ${noted}`].entries()) {
          last = mac(last, line)
          lines += `${line} ~${last}\n`
          if (at % PIECE_LINES === PIECE_LINES - 1) await breath()
        }
        await add(path, lines)
        known = { through: noted, last, text: text + lines }
      })
    },
  }
}

/** What a journal's text says as far as its macs hold. */
export interface ReadJournal {
  endings: Ending[]
  through: number
  /** Mac of the last line that holds. */
  last: string
  /** Counted from 1; null when all of it is what was written. The end of a journal may be missing: nothing tells. */
  wrongLine: number | null
}

/** @param before - what was read of it before, to go on from there. */
export function readJournal(text: string, mac: JournalMac, before: Partial<ReadJournal> = {}): ReadJournal {
  const read: ReadJournal = { endings: [], through: before.through ?? 0, last: before.last ?? '', wrongLine: null }
  const lines = text.split('\n')
  // Behind the last newline nothing stands, or a line that was cut off.
  const rest = lines.pop()
  for (const [at, whole] of lines.entries()) {
    const [, line, given] = LINE.exec(whole) ?? []
    if (line === undefined || given !== mac(read.last, line)) return { ...read, wrongLine: at + 1 }
    read.last = given
    read.endings.push(...endingsIn(`${line}\n`))
    read.through = Number(THROUGH.exec(line)?.[1] ?? read.through)
  }
  return rest === '' ? read : { ...read, wrongLine: lines.length + 1 }
}

/** As {@link readJournal}, with others in between: a journal of years has very many lines. Its endings are not told. */
async function readInPieces(text: string, mac: JournalMac, before: Pick<ReadJournal, 'through' | 'last'>): Promise<ReadJournal> {
  let read: ReadJournal = { ...before, endings: [], wrongLine: null }
  for (let at = 0; at < text.length && read.wrongLine === null; await breath()) {
    const end = text.indexOf('\n', at + PIECE_CHARACTERS) + 1 || text.length
    read = readJournal(text.slice(at, end), mac, read)
    at = end
  }
  return read
}

async function setAside(path: string): Promise<void> {
  for (let number = 1; ; number++) {
    const aside = `${path}.set-aside-${number}`
    if ((await readIfThere(aside)) !== '') continue
    return rename(path, aside)
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
  `${[what, id, at, organization, covers].filter(word => word !== undefined).join(' ')}`

/** Every ending of a journal's text, oldest first. A line that is none is left out: the file may end in the middle of one. */
export const endingsIn = (text: string): Ending[] =>
  linesOf(text).flatMap(line => {
    const [, what, id, at, organization, covers] = ENDING.exec(line) ?? []
    return what === undefined ? [] : [{ what: what as EndingWord, id: id!, at: Number(at), organization, covers }]
  })

/** Journals of earlier versions have none. */
const MAC = '(?: ~[\\w-]{43})?'
const ID = '[a-z]{3}_[0-9a-z]+'
const ENDING = new RegExp(`^(${ENDING_WORDS.join('|')}) (${ID}) (\\d{1,16})(?: (${ID}|portal))?(?: (${ID}))?${MAC}$`)
const THROUGH = /^through (\d{1,16})(?: ~[\w-]{43})?$/
const LINE = /^(.+) ~([\w-]{43})$/

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
