import { existsSync } from 'node:fs'
import { enableCompileCache, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Built with the pages; who can write there can change the program anyway. Never a folder that others share. */
const BUILD = join(dirname(dirname(fileURLToPath(import.meta.url))), 'build')

/**
 * Lets this thread load sooner what it loads from now on. What Node makes of each module, types taken out and compiled, is kept for the
 * next start (where nothing can be written, it starts as before); and libraries come in one file each, where they were gathered
 * (libraries.js).
 */
export function loadSooner(folder = BUILD): void {
  enableCompileCache(join(folder, 'compiled'))
  const gathered = new Map<string, string>()
  for (const library of ['jose', 'kysely', 'zod']) {
    const file = join(folder, 'libraries', `${library}.js`)
    if (existsSync(file)) gathered.set(library, pathToFileURL(file).href)
  }
  if (gathered.size === 0) return
  registerHooks({
    resolve(specifier, context, next) {
      const url = gathered.get(specifier)
      return url === undefined ? next(specifier, context) : { url, format: 'module', shortCircuit: true }
    },
  })
}
