import { createHash, createPublicKey, verify } from 'node:crypto'
import { PortalError } from '../errors.ts'

/**
 * Signed notes, C2SP signed-note form: a text, an empty line, then signature lines `— name base64(key id || signature)`.
 * Only Ed25519 (signature type 0x01) is made and verified here; lines of others, such as witnesses, are let be.
 */

const ED25519 = 0x01
const KEY_BYTES = 32
const KEY_ID_BYTES = 4
/** Enough for a checkpoint with many witnesses; more is not a checkpoint. */
const MAX_NOTE_BYTES = 16_384
const MAX_SIGNATURES = 16

/** A public key under the name it signs with. */
export interface VerifierKey {
  name: string
  /** First four bytes of SHA-256(name || newline || 0x01 || public key). */
  id: Uint8Array
  publicKey: Uint8Array
}

/**
 * The public key in the form that is given to people: `name+hex8+base64(0x01 || public key)`.
 *
 * @param publicKey - Ed25519, 32 bytes.
 */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  const id = keyId(name, publicKey)
  return `${name}+${hex(id)}+${base64(Buffer.concat([Uint8Array.of(ED25519), publicKey]))}`
}

/** @throws PortalError `invalid` when it is not such a key, or its id is not that of its name and key. */
export function parseVerifierKey(text: string): VerifierKey {
  const wrong = (what: string) => new PortalError('invalid', `This is not a verifier key: ${what}.`)
  // The third part is base64, in which '+' may stand: only the first two plus signs divide.
  const parts = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text)
  if (parts === null) throw wrong('it should read name+8 hex digits+base64')
  const [, name, idText, keyText] = parts as unknown as [string, string, string, string]
  if (!isKeyName(name)) throw wrong('the name is empty or holds a space or a plus sign')
  if (!/^[0-9a-f]{8}$/.test(idText)) throw wrong('the key id should be 8 hex digits, lower case')
  const key = canonicalBase64(keyText)
  if (key === null) throw wrong('the last part is not base64')
  if (key[0] !== ED25519 || key.length !== 1 + KEY_BYTES) throw wrong('it does not hold an Ed25519 public key')
  const publicKey = key.subarray(1)
  const id = keyId(name, publicKey)
  if (hex(id) !== idText) throw wrong(`its key id is ${idText}, but name and key give ${hex(id)}`)
  return { name, id, publicKey }
}

/**
 * The signed note.
 *
 * @param text - ends with a newline; no empty line, no control characters.
 * @param signer - `sign` gets the text's bytes, its last newline included.
 */
export function signNote(
  text: string,
  name: string,
  signer: { publicKey: Uint8Array; sign(bytes: Uint8Array): Uint8Array },
): string {
  if (!isNoteText(text)) throw new TypeError('The text of a note is lines without control characters, each ended by a newline.')
  const id = keyId(name, signer.publicKey)
  const signature = signer.sign(new TextEncoder().encode(text))
  return `${text}\n— ${name} ${base64(Buffer.concat([id, signature]))}\n`
}

/**
 * The text of a note, after its signature by this key was verified.
 *
 * @throws PortalError `malformed` when it is not a signed note, `tampered` when this key did not sign it.
 */
export function openNote(note: string, key: VerifierKey): string {
  const { text, signatures } = parseNote(note)
  const ours = signatures.filter(signature => signature.name === key.name && hex(signature.keyId) === hex(key.id))
  if (ours.length === 0) {
    const names = signatures.map(({ name, keyId }) => `${name}+${hex(keyId)}`).join(', ')
    throw new PortalError('tampered', `It is signed by another key: ${names} instead of ${key.name}+${hex(key.id)}.`)
  }
  // A second line of the same key could only be there to smuggle something past a reader that looks at the first.
  if (ours.length > 1) throw new PortalError('malformed', 'It is signed twice by the same key.')
  const bytes = new TextEncoder().encode(text)
  if (!verify(null, bytes, ed25519PublicKey(key.publicKey), ours[0]!.signature)) {
    throw new PortalError('tampered', 'Its signature does not fit its text.')
  }
  return text
}

/** The names under which a note is signed; nothing is verified. @throws PortalError `malformed` */
export const signersOf = (note: string): string[] => parseNote(note).signatures.map(({ name }) => name)

function parseNote(note: string): { text: string; signatures: NoteSignature[] } {
  const wrong = (what: string) => new PortalError('malformed', `This is not a signed note: ${what}.`)
  if (Buffer.byteLength(note) > MAX_NOTE_BYTES) throw wrong(`it is longer than ${MAX_NOTE_BYTES} bytes`)
  const split = note.lastIndexOf('\n\n')
  if (split === -1) throw wrong('there is no empty line between text and signatures')
  const text = note.slice(0, split + 1)
  const below = note.slice(split + 2)
  if (!isNoteText(text)) throw wrong('its text is empty or holds control characters')
  if (!below.endsWith('\n')) throw wrong('its last line is cut off')
  const lines = below.slice(0, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) throw wrong(`it has more than ${MAX_SIGNATURES} signatures`)
  return { text, signatures: lines.map(parseSignature) }
}

interface NoteSignature {
  name: string
  keyId: Uint8Array
  signature: Uint8Array
}

function parseSignature(line: string): NoteSignature {
  const wrong = (what: string) => new PortalError('malformed', `This is not a signature line of a note: ${what}.`)
  const parts = /^— ([^ ]+) ([^ ]+)$/.exec(line)
  if (parts === null) throw wrong('it should read — name base64')
  const [, name, encoded] = parts as unknown as [string, string, string]
  if (!isKeyName(name)) throw wrong('the name holds a space or a plus sign')
  const bytes = canonicalBase64(encoded)
  if (bytes === null || bytes.length <= KEY_ID_BYTES) throw wrong('the signature is not base64 of key id and signature')
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) }
}

function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  if (!isKeyName(name)) throw new TypeError('The name of a key holds no space and no plus sign.')
  if (publicKey.length !== KEY_BYTES) throw new RangeError(`An Ed25519 public key has ${KEY_BYTES} bytes.`)
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ED25519)).update(publicKey)
  return new Uint8Array(hash.digest()).subarray(0, KEY_ID_BYTES)
}

function ed25519PublicKey(publicKey: Uint8Array) {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') } })
}

/** Base64 as the standard writes it, and in no second way: with padding, no white space, no stray bits. Null otherwise. */
export function canonicalBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64')
  return text !== '' && bytes.toString('base64') === text ? new Uint8Array(bytes) : null
}

const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Cc}]/u.test(name)
// Control characters but for the newline, and what is left of bytes that were not UTF-8.
const isNoteText = (text: string): boolean => text.endsWith('\n') && text !== '\n' && !/[^\P{Cc}\n]|\ufffd/u.test(text)
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
