import { enableCompileCache } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Beside the built pages: who can write there can change the program anyway. Never a folder that others share. */
const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'build', 'compiled')

/**
 * Keeps what Node makes of each module, types taken out and compiled, for the next start. Counts for what this thread loads from now on.
 * Where nothing can be written, it starts as before.
 */
export function keepCompiled(folder = FOLDER): void {
  enableCompileCache(folder)
}
