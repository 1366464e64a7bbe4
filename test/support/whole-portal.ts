import path from 'node:path'
import { fileJournal } from '../../server/ending-journal.ts'
import type { Facts, Log, Parts, Settings } from '../../server/parts.ts'
import { createPortal, type Portal } from '../../server/portal.ts'
import type { Instant } from '../../server/time.ts'
import { fileHistory } from '../../server/trail/history.ts'
import { trailNameOf } from '../../server/trail/signing.ts'
import { type HandClock, handClock } from './clock.ts'
import { caughtMailbox, type Mailbox } from './mailbox.ts'
import { type EngineName, type TemporaryStorage, temporaryStorage } from './storage.ts'
import { openThreads } from './threads.ts'

export const ORIGIN = 'http://localhost:3000'

/** One line of the log, as it would stand on stdout. */
export interface LogLine {
  level: keyof Log
  event: string
  facts: Facts
  error?: unknown
}

/** A whole portal of real parts, but for the hand on its clock and the mailbox that keeps its letters. */
export interface TestPortal {
  portal: Portal
  parts: Parts
  storage: TemporaryStorage
  clock: HandClock
  mailbox: Mailbox
  log: LogLine[]
  /** Sends what is due, as the job would. */
  deliver(): Promise<void>
  /** What lies on the disk stays; everything that was only in memory is gone. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  close(): Promise<void>
}

export interface PortalOptions {
  now?: Instant
  /** The one this run is for when left out. */
  engine?: EngineName
  settings?: Partial<Settings>
}

/** Opens a portal with a database in a folder of its own. The caller closes it. */
export async function wholePortal(options: PortalOptions = {}): Promise<TestPortal> {
  const clock = handClock(options.now)
  const storage = await temporaryStorage({ now: clock.read(), ...(options.engine && { engine: options.engine }) })
  const mailbox = caughtMailbox()
  const { passphrases, sanitizer, close: closeThreads } = openThreads()
  const log: LogLine[] = []

  const compose = () => {
    const parts: Parts = {
      store: storage.store,
      mailer: mailbox,
      clock: clock.read,
      log: keptLog(log),
      settings: settingsWith(options.settings ?? {}),
      passphrases,
      sanitizer,
      checkpointHistory: fileHistory(path.join(storage.directory, 'checkpoints.txt')),
      endings: fileJournal(path.join(storage.directory, 'endings.txt'), storage.store.journalMac),
      wakeOutbox: () => undefined, // letters leave when the test says so: deliver()
    }
    return { parts, portal: createPortal(parts) }
  }

  const opening: TestPortal = {
    ...compose(),
    storage,
    clock,
    mailbox,
    log,
    async deliver() {
      await opening.portal.sendDueLetters()
    },
    async restart() {
      await storage.reopen()
      Object.assign(opening, compose())
    },
    async close() {
      await closeThreads()
      await storage.remove()
    },
  }
  return opening
}

const settingsWith = (changes: Partial<Settings>): Settings => {
  const origin = changes.origin ?? ORIGIN
  return {
    origin,
    environment: 'development',
    mailFrom: 'North Clinic <no-reply@portal.example>',
    trailName: trailNameOf(origin),
    ...changes,
  }
}

function keptLog(lines: LogLine[]): Log {
  const keep = (level: 'debug' | 'info' | 'warn') => (event: string, facts?: Facts) => {
    lines.push({ level, event, facts: facts ?? {} })
  }
  return {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: (event, error, facts) => {
      lines.push({ level: 'error', event, facts: facts ?? {}, error })
    },
  }
}
