import { createHash } from 'node:crypto'
import { isPortalError, PortalError } from './errors.ts'
import { digestOf, type ReceivedFile } from './file-upload.ts'

/** Tells that something is asked for again, and whether it is the same: SHA-256 (base64url) of a key, and of what came with it. */
export interface Once {
  keyHash: string
  bodyHash: string
}

/** The form of a page that an act was sent with: the random word it was shown with, or none. */
export interface SentForm {
  formId: string | null
}

/**
 * Makes a form act once, however often Send is pressed.
 *
 * @param act - what it does, and to what: the same word in another form is another act.
 * @param words - plain data without bytes; `files` count by name and content.
 * @returns null for a form without its word, which acts every time.
 */
export function onceForForm({ formId }: SentForm, act: string, words: unknown, files: ReceivedFile[]): Once | null {
  if (formId === null || formId === '') return null
  const digests = files.map(file => [file.name, digestOf(file)])
  return { keyHash: sha256(`${act} ${formId}`), bodyHash: sha256(JSON.stringify([words, digests])) }
}

/**
 * Does what storage lets be done once: a second time ends in `conflict`, and whoever was quicker has done it.
 *
 * @param earlier - what was done then; null when nothing was. Told behind a commit, as it was the first time: what can be read is not always
 *   as safe as what is acknowledged. PostgreSQL shows others what its standby has not confirmed, once the wait for that was broken off.
 */
export async function unlessDone<T>(work: () => Promise<T>, earlier: () => Promise<T | null>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const done = isPortalError(error) && error.code === 'conflict' ? await earlier() : null
    if (done === null) throw error
    return done
  }
}

/** For a key that comes again with something else. */
export const keyReused = (): PortalError =>
  new PortalError('idempotency_key_reused', 'This Idempotency-Key came with another request before. Use a new key for a new one.')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
