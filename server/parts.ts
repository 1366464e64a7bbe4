import type { EndingJournal } from './ending-journal.ts'
import type { Mailer } from './mailer.ts'
import type { Store } from './store.ts'
import type { Clock } from './time.ts'
import type { CheckpointHistory } from './trail/history.ts'

/** What the portal is made of. main.ts puts the real parts in; tests put in a hand-set clock and a caught mailbox. */
export interface Parts {
  store: Store
  mailer: Mailer
  clock: Clock
  log: Log
  settings: Settings
  passphrases: Passphrases
  sanitizer: Sanitizer
  /** Where the trail's checkpoints are noted outside the database, so that a database put back is noticed. */
  checkpointHistory: CheckpointHistory
  /** What has ended, noted outside the database, so that an older backup does not bring it back to life. */
  endings: EndingJournal
  /** Tells the outbox job that a letter waits, so that a code does not wait for the next round. Call after the transaction. */
  wakeOutbox(): void
}

export interface Settings {
  /** The only source of links, cookie scope and WebAuthn's relying party: `https://portal.example`. No slash at the end. */
  origin: string
  environment: 'development' | 'production'
  mailFrom: string
  /** Name of the trail in its checkpoints and its verifier key: `portal.example/restante-trail`. */
  trailName: string
  /** How long a claim code from the desk waits before it counts, in milliseconds; a day when left out. */
  claimCodeDelay?: number | undefined
  /** {@link UPLOAD_LIMITS} when left out. */
  uploads?: UploadLimits | undefined
}

/** In bytes. */
export interface UploadLimits {
  /** One file of a deposit. */
  fileBytes: number
  /** All files of a deposit together. */
  depositBytes: number
}

const MEGABYTE = 1024 * 1024
export const UPLOAD_LIMITS: UploadLimits = { fileBytes: 100 * MEGABYTE, depositBytes: 200 * MEGABYTE }

/** One JSON line each. Never give it content, addresses, codes or tokens: ids and words only. */
export interface Log {
  debug(event: string, facts?: Facts): void
  info(event: string, facts?: Facts): void
  warn(event: string, facts?: Facts): void
  /** `error` goes to the log only, never to a visitor. */
  error(event: string, error: unknown, facts?: Facts): void
}
export type Facts = Record<string, string | number | boolean | null>

/** Argon2id beside the event loop, in a queue, so that a storm of sign-ins cannot stall pages. */
export interface Passphrases {
  /** A PHC string. `salt`: 16 bytes, the same for all accounts of one address. */
  hash(passphrase: string, salt: Uint8Array): Promise<string>
  /**
   * Compares with all these at once: exactly one hash is made, for none of them as for several, so that the time it takes tells nothing.
   * What has another salt or other parameters than the first is not compared, and not right. `rehash`: they are no longer the wanted ones.
   */
  verify(phcs: readonly string[], passphrase: string, salt: Uint8Array): Promise<{ right: boolean; rehash: boolean }[]>
  close(): Promise<void>
}

/** Makes a sender's HTML harmless, beside the event loop, once, at deposit. */
export interface Sanitizer {
  /** Only what is safe to show in a frame without scripts; nothing in it fetches anything. */
  clean(html: string): Promise<string>
  close(): Promise<void>
}
