import { hash } from 'node:crypto'

/**
 * What is kept of a token: its SHA-256, base64url. A token has 256 random bits, so that nobody finds it from this by trying; and
 * presenting this instead of the token finds nothing, for it is hashed again.
 */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url')

/** Whether it can be one of ours at all (`newSecret`), before anything is asked of the database. */
export const looksLikeToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)
