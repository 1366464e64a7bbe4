import path from 'node:path'
import { fileJournal } from '../../../server/ending-journal.ts'
import type { Log, Parts } from '../../../server/parts.ts'
import { createPortal, type Portal } from '../../../server/portal.ts'
import type { Instant } from '../../../server/time.ts'
import { fileHistory } from '../../../server/trail/history.ts'
import { trailNameOf } from '../../../server/trail/signing.ts'
import { openStorage } from '../../../storage/index.ts'
import { caughtMailbox, type Mailbox } from '../../support/mailbox.ts'
import { ROOT_KEY } from '../../support/storage.ts'
import { openThreads } from '../../support/threads.ts'
import { ORIGIN } from '../../support/whole-portal.ts'

/** A portal over files that somebody has left: real parts, at a moment of the test's choosing. */
export interface OpenedPortal {
  portal: Portal
  parts: Parts
  mailbox: Mailbox
  close(): Promise<void>
}

export async function openPortal(folder: string, now: Instant): Promise<OpenedPortal> {
  const mailbox = caughtMailbox()
  const { passphrases, sanitizer, close: closeThreads } = openThreads()
  const store = await openStorage({ url: 'sqlite:', dataDirectory: folder, rootKey: ROOT_KEY, now })
  const parts: Parts = {
    store,
    passphrases,
    sanitizer,
    mailer: mailbox,
    clock: () => now,
    log: SILENT,
    settings: {
      origin: ORIGIN,
      environment: 'development',
      mailFrom: 'North Clinic <no-reply@portal.example>',
      trailName: trailNameOf(ORIGIN),
    },
    checkpointHistory: fileHistory(path.join(folder, 'checkpoints.txt')),
    endings: fileJournal(path.join(folder, 'endings.txt'), store.journalMac),
    wakeOutbox: () => undefined,
  }
  return {
    parts,
    mailbox,
    portal: createPortal(parts),
    async close() {
      await closeThreads()
      await store.close()
    },
  }
}

const quiet = () => undefined
const SILENT: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
