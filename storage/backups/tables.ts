import { RESTORING } from '../migrations/migrate.ts'

/** The keys that wrap data keys: they go to a place of their own, apart from what they open. */
export const KEY_TABLES: readonly string[] = ['root_keys', 'organization_keys']

/** Tell how the database came to be; restoring writes its own. */
const OWN_TABLES: readonly string[] = ['migrations', 'backfills', RESTORING]

/** Others refer to their rows, so they are written first, in this order. */
const PARENTS: readonly string[] = [
  'organizations',
  'clients',
  'recipients',
  'deposits',
  'messages',
  'stored_objects',
  'drafts',
  'attachments',
  'data_keys',
]

/** The tables of the data half of a backup, in an order in which they can be written. */
export const dataTables = (all: readonly string[]): string[] => {
  const others = all.filter(table => ![...PARENTS, ...KEY_TABLES, ...OWN_TABLES].includes(table))
  return [...PARENTS, ...others.sort()]
}

/** In an order in which they can be dropped: what says that it is unfinished goes last. */
export const tablesToDrop = (all: readonly string[]): string[] => [
  ...all.filter(table => !PARENTS.includes(table) && table !== RESTORING),
  ...PARENTS.toReversed(),
  RESTORING,
]
