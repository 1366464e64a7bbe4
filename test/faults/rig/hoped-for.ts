import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/**
 * The control of every power cut: from here on a commit does not wait for the disk, and all else stays as it is. A test that does not
 * lose anything with this does not test anything.
 */
export function commitWithoutWaiting(): void {
  Object.assign(fs, { fdatasync: (_fd: number, done: (error: null) => void) => void setImmediate(done, null) })
  syncBuiltinESMExports()
}
