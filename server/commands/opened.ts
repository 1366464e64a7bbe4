import { join } from 'node:path'
import { holdsPortal, openStorage } from '../../storage/index.ts'
import { type Config, readConfig } from '../config.ts'
import { fileJournal } from '../ending-journal.ts'
import { PortalError } from '../errors.ts'
import { rootKeysOf } from '../keys/provider.ts'
import type { Parts } from '../parts.ts'
import type { Instant } from '../time.ts'
import { fileHistory } from '../trail/history.ts'
import { trailNameIn } from '../trail/part.ts'
import type { Terminal } from './command.ts'

/** What commands need of the portal: everything but what answers people. */
export type Opened = Pick<Parts, 'store' | 'clock' | 'settings' | 'checkpointHistory' | 'endings' | 'wakeOutbox'> & {
  config: Config
}

/**
 * Opens the portal's database as the settings say, lets `work` use it, and closes it again. An older database is refused, not migrated:
 * programs may be serving it.
 *
 * @param given.mayBeNew - whether a portal is made where there is none yet. False when left out: a backup of nothing, made every night
 *   because a setting was forgotten, would be told as done.
 */
export async function withPortal<T>(
  terminal: Terminal,
  work: (opened: Opened) => Promise<T>,
  { mayBeNew = false }: { mayBeNew?: boolean } = {},
): Promise<T> {
  const config = readConfig(terminal.env)
  const { origin, environment, mailFrom, trailName, claimCodeDelay, uploads } = config
  const isThere = await holdsPortal({ url: config.databaseUrl, dataDirectory: config.dataFolder, now: terminal.clock() })
  if (!isThere && !mayBeNew) throw noPortal(config)
  const store = await openStorage({ ...(await storageOf(config, terminal.clock())), migrate: !isThere })
  try {
    return await work({
      config,
      store,
      clock: terminal.clock,
      settings: { origin, environment, mailFrom, trailName: await trailNameIn(store, trailName), claimCodeDelay, uploads },
      checkpointHistory: fileHistory(historyFile(config)),
      endings: fileJournal(journalFile(config), store.journalMac),
      // The process that serves looks for letters by itself; here nobody sends any.
      wakeOutbox: () => undefined,
    })
  } finally {
    await store.close()
  }
}

function noPortal({ databaseUrl, dataFolder }: Config): PortalError {
  // An address of PostgreSQL holds a password.
  const where = databaseUrl.startsWith('sqlite:')
    ? databaseUrl.slice('sqlite:'.length) || dataFolder
    : 'the database of DATABASE_URL'
  return new PortalError(
    'misconfigured',
    `There is no portal in ${where} yet. Are PORTAL_DATA and DATABASE_URL what the portal is served with?`,
  )
}

/** The storage as it was set. */
export const storageOf = async (config: Config, now: Instant) => ({
  url: config.databaseUrl,
  dataDirectory: config.dataFolder,
  partStore: config.partStore,
  ...(await rootKeysOf(config)),
  now,
})

/** Beside the database, not in it: it must not go back in time when the database does. */
export const historyFile = (config: Pick<Config, 'dataFolder'>): string => join(config.dataFolder, 'checkpoints.txt')

/** The same for what has ended. */
export const journalFile = (config: Pick<Config, 'dataFolder'>): string => join(config.dataFolder, 'endings.txt')
