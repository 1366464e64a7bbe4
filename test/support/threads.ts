import { openSanitizer } from '../../server/intake/sanitize.ts'
import type { Passphrases, Sanitizer } from '../../server/parts.ts'
import { openPassphrases } from '../../server/sign-in/passphrase.ts'

/** What a portal does in threads of its own. */
export interface Threads {
  passphrases: Passphrases
  sanitizer: Sanitizer
  close(): Promise<void>
}

let lasting: Threads | undefined

/**
 * Real ones, as every portal has. Under Vitest all portals of a worker share them, as starting them takes longer than what most tests ask
 * of them; they wait without keeping the worker alive, and end with it.
 */
export function openThreads(): Threads {
  if (!process.env.VITEST_WORKER_ID) return started()
  lasting ??= { ...started(), close: async () => undefined }
  return lasting
}

function started(): Threads {
  const [passphrases, sanitizer] = [openPassphrases(), openSanitizer()]
  const close = async () => void (await Promise.all([passphrases.close(), sanitizer.close()]))
  return { passphrases, sanitizer, close }
}
