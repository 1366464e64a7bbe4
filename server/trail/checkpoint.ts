import { PortalError } from '../errors.ts'
import type { Signer } from '../store.ts'
import { canonicalBase64, openNote, parseVerifierKey, signersOf, signNote, type VerifierKey, verifierKey } from './note.ts'
import { HASH_BYTES } from './tree.ts'

export { parseVerifierKey, type VerifierKey, verifierKey } from './note.ts'

/** What a checkpoint says: that the trail of this name had this root when it had this many entries (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the trail, such as `portal.example/restante-trail`; also the name of the key that signs it. */
  origin: string
  size: number
  rootHash: Uint8Array
}

/** The text that is signed: origin, size in decimal, root in base64, a line each. */
export const formatCheckpoint = ({ origin, size, rootHash }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(rootHash).toString('base64')}\n`

/** The checkpoint as a signed note, ready to be handed to anyone. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: Pick<Signer, 'publicKey' | 'sign'>): string =>
  signNote(formatCheckpoint(checkpoint), checkpoint.origin, signer)

/**
 * Reads a checkpoint after verifying that this key signed it.
 *
 * @param key - verifier key in C2SP form, or already parsed.
 * @throws PortalError `invalid`: the key is none; `malformed`: this is no checkpoint; `tampered`: the key did not sign it.
 */
export function openCheckpoint(note: string, key: string | VerifierKey): Checkpoint {
  const verifier = typeof key === 'string' ? parseVerifierKey(key) : key
  const checkpoint = parseCheckpoint(openNote(note, verifier))
  if (checkpoint.origin !== verifier.name) {
    throw new PortalError('tampered', `It is a checkpoint of ${checkpoint.origin}, not of ${verifier.name}.`)
  }
  return checkpoint
}

/**
 * The same for a trail that was renamed meanwhile, because the portal moved to another address: the checkpoint may carry an
 * earlier name, but it must be signed by this very key.
 */
export function openEarlierCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const [name, ...others] = signersOf(note)
  const renamed = name !== undefined && others.length === 0 && name !== key.name
  return openCheckpoint(note, renamed ? parseVerifierKey(verifierKey(name, key.publicKey)) : key)
}

function parseCheckpoint(text: string): Checkpoint {
  const wrong = (what: string) => new PortalError('malformed', `This is not a checkpoint: ${what}.`)
  const [origin, sizeText, rootText, ...rest] = text.slice(0, -1).split('\n')
  if (origin === undefined || sizeText === undefined || rootText === undefined) throw wrong('it has fewer than three lines')
  // Extension lines are allowed by the format but never written by us: whoever put one there wanted to say something we cannot judge.
  if (rest.length > 0) throw wrong('it has more than three lines')
  if (origin === '') throw wrong('its first line, the name of the trail, is empty')
  if (!/^(0|[1-9][0-9]{0,15})$/.test(sizeText) || !Number.isSafeInteger(Number(sizeText))) {
    throw wrong('its second line is not a number of entries')
  }
  const rootHash = canonicalBase64(rootText)
  if (rootHash?.length !== HASH_BYTES) throw wrong('its third line is not a SHA-256 root in base64')
  return { origin, size: Number(sizeText), rootHash }
}

/** Several notes in one text: one after the other, an empty line between. */
export const joinNotes = (notes: readonly string[]): string => notes.join('\n')

/**
 * Divides such a text again. A note is two blocks of lines and no block holds an empty line, so there is one way to read it.
 *
 * @returns the whole notes, and what stands after the last of them: nothing, in a text that was written to its end.
 */
export function splitNotes(text: string): { notes: string[]; rest: string } {
  const blocks = text.split('\n\n')
  const notes: string[] = []
  while (blocks.length > 2) notes.push(`${blocks.shift()}\n\n${blocks.shift()}\n`)
  const rest = blocks.join('\n\n')
  return blocks.length === 2 && /[^\n]\n$/.test(rest) ? { notes: [...notes, rest], rest: '' } : { notes, rest }
}
