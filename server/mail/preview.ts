import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newSecret } from '../ids.ts'
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

/** Where development's letters lie: one thread or process writes them, and the one that answers people reads them. */
export const mailboxFolder = (dataFolder: string): string => join(dataFolder, 'mailbox')

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
  const part = join(directory, `${newSecret()}.part`)
  await writeFile(part, JSON.stringify(mail, null, 2), { mode: 0o600 })
  try {
    while (!(await placedLast(directory, part)));
  } finally {
    await rm(part)
  }
  const names = await namesIn(directory)
  for (const old of names.slice(0, Math.max(0, names.length - MAX_LETTERS))) await rm(join(directory, old), { force: true })
}

/** Gives the letter the next number. Linking replaces nothing: of two processes that mean the same number, one counts again. */
async function placedLast(directory: string, part: string): Promise<boolean> {
  const number = Number.parseInt((await namesIn(directory)).at(-1) ?? '0', 10) + 1
  try {
    await link(part, join(directory, `${String(number).padStart(10, '0')}.json`))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readAll(directory: string): Promise<CaughtMail[]> {
  const names = (await namesIn(directory)).reverse().slice(0, MAX_LETTERS)
  const letters = await Promise.all(names.map(name => read(join(directory, name))))
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

/**
 * A file that was cut short (the power went) is left out, and so is one that another process has just taken away as the oldest; the
 * others still show.
 */
async function read(path: string): Promise<CaughtMail | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
