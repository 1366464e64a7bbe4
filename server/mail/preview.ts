import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mailer } from '../mailer.ts'
import { type Clock, toIso } from '../time.ts'

/** A letter that was caught instead of sent, as /dev/mailbox.json shows it. */
export interface CaughtMail {
  to: string
  from: string
  subject: string
  text: string
  html: string
  /** ISO 8601. */
  at: string
  messageId: string
}

export interface CaughtMailbox extends Mailer {
  /** Newest first, at most 200. */
  list(): Promise<CaughtMail[]>
}

const MAX_LETTERS = 200

/**
 * Development's mail service: keeps each letter as a file, so that it can be read at /dev/mailbox, also after a restart.
 * The only place where an address lies in clear; production has none.
 *
 * @param directory - is made when it is not there.
 */
export function openCaughtMail(directory: string, clock: Clock): CaughtMailbox {
  // Letters are written one after the other, so that their names sort in the order in which they came.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }

  return {
    send(mail) {
      const { to, from, subject, text, html, messageId } = mail
      return inTurn(async () => {
        await keep(directory, { to, from, subject, text, html, at: toIso(clock()), messageId })
        return { outcome: 'sent' as const, answer: '250 caught' }
      })
    },
    list: () => inTurn(() => readAll(directory)),
    reachable: async () => true,
    close: async () => {
      await inTurn(async () => undefined)
    },
  }
}

async function keep(directory: string, mail: CaughtMail): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const names = await namesIn(directory)
  const number = Number.parseInt(names.at(-1) ?? '0', 10) + 1
  const path = join(directory, `${String(number).padStart(10, '0')}.json`)
  await writeFile(`${path}.part`, JSON.stringify(mail, null, 2), { mode: 0o600 })
  await rename(`${path}.part`, path)
  for (const old of names.slice(0, Math.max(0, names.length + 1 - MAX_LETTERS))) await rm(join(directory, old), { force: true })
}

async function readAll(directory: string): Promise<CaughtMail[]> {
  const names = (await namesIn(directory)).reverse().slice(0, MAX_LETTERS)
  const letters = await Promise.all(names.map(async name => parsed(await readFile(join(directory, name), 'utf8'))))
  return letters.filter(letter => letter !== null)
}

/** Oldest first. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter(name => /^\d{10}\.json$/.test(name)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A file that was cut short (the power went) is left out; the others still show. */
function parsed(json: string): CaughtMail | null {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
