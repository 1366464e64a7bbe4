import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openStorage } from '../storage/index.ts'
import type { Config } from './config.ts'
import { ensureDepositKeys } from './deposit-keys.ts'
import { fileJournal } from './ending-journal.ts'
import { openSanitizer } from './intake/sanitize.ts'
import { type Jobs, startJobs, startLooking } from './jobs.ts'
import { rootKeysOf } from './keys/provider.ts'
import { mailboxFolder, openCaughtMail } from './mail/preview.ts'
import type { Mailer } from './mailer.ts'
import type { Parts } from './parts.ts'
import { createPortal, type Portal } from './portal.ts'
import { type Demonstration, seedDemonstration } from './seed.ts'
import { openPassphrases } from './sign-in/passphrase.ts'
import type { Clock } from './time.ts'
import { fileHistory } from './trail/history.ts'
import { trailNameIn } from './trail/part.ts'
import { trailNameOf } from './trail/signing.ts'
import { checkAtStart } from './trail/tail.ts'

/** What a process is there for: answering people and systems, the portal's own work (jobs.ts), or both. */
export type ServeRole = 'all' | 'web' | 'jobs'

export interface OpenPortal {
  portal: Portal
  /** Who lives in it, when it is a demonstration. */
  demonstration: Demonstration | null
  /** Lets its own work end, signs the trail and closes everything. Nobody may be asking any more. */
  stop(): Promise<void>
}

/**
 * Opens the portal on its real parts, looks whether they hold together, and starts its own work.
 *
 * @param given.mailBeside - whether letters leave from a thread of their own, where this one answers people. False when left out.
 * @throws PortalError `misconfigured`, `tampered`, `unavailable` when it must not start.
 */
export async function openPortal(
  config: Config,
  { role, migrate, ...given }: { role: ServeRole; migrate: boolean; mailBeside?: boolean; log: Parts['log']; clock: Clock },
): Promise<OpenPortal> {
  const { parts, connectJobs, close } = await openParts(config, { migrate, ...given })
  try {
    await checkAtStart(parts)
    // First: what the demonstration tells happened before today, and the trail is in order of time.
    const demonstration = await demonstrationOf(config, role, parts)
    await ensureDepositKeys(parts)
    const portal = createPortal(parts)
    if (role === 'web') {
      const looking = startLooking(portal, given)
      return { portal, demonstration, stop: () => looking.stop().then(close) }
    }
    const jobs = startJobs(portal, given)
    connectJobs(jobs)
    return { portal, demonstration, stop: () => stop(portal, jobs, close) }
  } catch (error) {
    await close()
    throw error
  }
}

/** Playing it is the portal's own work: two processes that start at once on an empty database must not both begin. */
const demonstrationOf = async (config: Config, role: ServeRole, parts: Parts): Promise<Demonstration | null> =>
  config.seed === 'demo' && role !== 'web' ? seedDemonstration(parts, { dataFolder: config.dataFolder }) : null

async function stop(portal: Portal, jobs: Jobs, close: () => Promise<void>): Promise<void> {
  await jobs.stop()
  // A trail that cannot be signed has been told of by the job; the stop goes on.
  await portal.signCheckpoint().catch(() => null)
  await close()
}

/** The real parts, also for commands that need all of them. */
export async function openParts(
  config: Config,
  { migrate, mailBeside = false, log, clock }: { migrate: boolean; mailBeside?: boolean; log: Parts['log']; clock: Clock },
): Promise<{ parts: Parts; connectJobs(started: Jobs): void; close(): Promise<void> }> {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })
  const store = await openStorage({
    url: config.databaseUrl,
    dataDirectory: config.dataFolder,
    partStore: config.partStore,
    ...(await rootKeysOf(config)),
    now: clock(),
    migrate,
    onFailure: error => stopAtOnce(error, log),
  })
  let jobs: Jobs | null = null
  const parts: Parts = {
    store,
    mailer:
      config.smtp === null ? openCaughtMail(mailboxFolder(config.dataFolder), clock) : await sender(config, mailBeside, clock),
    clock,
    log,
    settings: {
      origin: config.origin,
      environment: config.environment,
      mailFrom: config.mailFrom,
      trailName: await trailNameIn(store, trailNameOf(config.origin)),
      claimCodeDelay: config.claimCodeDelay,
      uploads: config.uploads,
    },
    passphrases: openPassphrases(),
    sanitizer: openSanitizer(),
    checkpointHistory: fileHistory(join(config.dataFolder, 'checkpoints.txt')),
    endings: fileJournal(join(config.dataFolder, 'endings.txt'), store.journalMac),
    wakeOutbox: () => jobs?.wakeOutbox(),
  }
  return {
    parts,
    connectJobs(started) {
      jobs = started
    },
    async close() {
      await Promise.all([parts.passphrases.close(), parts.sanitizer.close(), parts.mailer.close()])
      await store.close()
    },
  }
}

/**
 * After a failed write SQLite would carry on as if nothing had been. Whatever could still be acknowledged might be lost, so the
 * process ends, or this thread and with it the process; a supervisor starts it anew, and opening checks what is there.
 */
function stopAtOnce(error: Error, log: Parts['log']): void {
  log.error('storage.failed', error)
  // The refusals of requests under way still leave.
  setTimeout(() => process.exit(1), 200)
}

async function sender({ smtp, environment, origin }: Config, isBeside: boolean, clock: Clock): Promise<Mailer> {
  const options = {
    ...{ url: smtp!.url, dkim: smtp!.dkim ?? undefined, tlsRequired: environment === 'production' },
    ...{ clock, helloName: new URL(origin).hostname },
  }
  if (isBeside) return (await import('./mail/smtp-thread.ts')).openSmtpBeside(options)
  return (await import('./mail/smtp.ts')).openSmtp(options)
}
