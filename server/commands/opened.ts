import { join } from 'node:path'
import { openStorage } from '../../storage/index.ts'
import { type Config, readConfig } from '../config.ts'
import { fileJournal } from '../ending-journal.ts'
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

/** Opens the portal's database as the settings say, lets `work` use it, and closes it again. */
export async function withPortal<T>(terminal: Terminal, work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = readConfig(terminal.env)
  const { origin, environment, mailFrom, trailName, claimCodeDelay, uploads } = config
  const store = await openStorage(await storageOf(config, terminal.clock()))
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
