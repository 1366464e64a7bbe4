import { readFileSync } from 'node:fs'
import { type Course, rotateKeys, rotateRootKey } from '../../../server/keys/rotation.ts'
import type { Store } from '../../../server/store.ts'
import { openStorage } from '../../../storage/index.ts'
import { Intruder, type Row } from '../../storage/intruder.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage } from '../../support/storage.ts'

/** Nobody watches, nobody stops it. */
export const course = (more: Partial<Course> = {}): Course => ({
  progress: () => undefined,
  signal: new AbortController().signal,
  ...more,
})

/** A course that is stopped at the so-manieth step. */
export function stoppedAt(step: number): Course {
  const stop = new AbortController()
  let steps = 0
  const progress = () => {
    steps += 1
    if (steps === step) stop.abort()
  }
  return { progress, signal: stop.signal }
}

export const rotate = (store: Store, organization: string | null = null, how = course(), now = NEW_YEAR) =>
  rotateKeys({ store, clock: () => now }, organization, how)

export const rotateRoot = (store: Store, how = course(), now = NEW_YEAR) => rotateRootKey({ store, clock: () => now }, how)

/** The same database as another process would open it. */
export const openBeside = (
  { url, directory }: TemporaryStorage,
  rootKey: Uint8Array = ROOT_KEY,
  previousRootKeys: Uint8Array[] = [],
) => openStorage({ url, dataDirectory: directory, rootKey, previousRootKeys, now: NEW_YEAR })

/** The rows of a table as they lie in the file. */
export function rowsOf(file: string, table: string): Row[] {
  const intruder = new Intruder(file)
  try {
    return intruder.rows(table)
  } finally {
    intruder.close()
  }
}

/** Which of these bytes can be found in the files of the database. */
export function onDisk({ file }: Pick<TemporaryStorage, 'file'>, bytes: readonly Buffer[]): Buffer[] {
  const files = [file, `${file}-wal`].map(path => readFileSync(path))
  return bytes.filter(some => files.some(held => held.includes(some)))
}
