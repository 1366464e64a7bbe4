import type { DepositKey } from '../deposit-key.ts'
import type { DepositMessage } from '../deposit-request.ts'
import { isPortalError } from '../errors.ts'
import type { Instant } from '../time.ts'
import { isLarge, takenApart } from './intake-thread.ts'
import { readJson } from './json.ts'
import { keyNamedBy, openJwe } from './jwe.ts'
import { MESSAGE_JSON, shaped, toMessage } from './message-json.ts'

/** Longer than the longest header. */
const BEGINNING_BYTES = 6_000

/**
 * A message that came sealed, opened and understood.
 *
 * @param jwe - the text of a compact JWE, as bytes.
 * @throws PortalError `undecipherable`, `malformed`, `invalid`
 */
export async function openSealedMessage(
  jwe: Uint8Array,
  findKey: (kid: string) => Promise<DepositKey | null>,
  now: Instant,
): Promise<DepositMessage> {
  const plaintext = await openJwe(textOf(jwe), findKey, now)
  return toMessage(shaped(MESSAGE_JSON, readJson(plaintext), '/content'), '/content')
}

/** Which of our keys a sealed message names; null when nobody can tell. @param jwe - as above. */
export function keyNaming(jwe: Uint8Array): string | null {
  try {
    return keyNamedBy(textOf(jwe.subarray(0, BEGINNING_BYTES)))
  } catch (error) {
    if (isPortalError(error)) return null
    throw error
  }
}

/** As {@link openSealedMessage}; a large one is opened in a thread of its own, and given away. */
export async function readSealedMessage(
  jwe: Uint8Array,
  findKey: (kid: string) => Promise<DepositKey | null>,
  now: Instant,
): Promise<DepositMessage> {
  if (!isLarge([jwe])) return openSealedMessage(jwe, findKey, now)
  const key = await findKey(keyNamedBy(textOf(jwe.subarray(0, BEGINNING_BYTES))))
  return takenApart([jwe], pieces => ({ kind: 'sealed' as const, pieces, key, now }))
}

/** One character a byte: what is not ASCII is not base64url either, and is refused as that. */
const textOf = ({ buffer, byteOffset, length }: Uint8Array): string => Buffer.from(buffer, byteOffset, length).toString('latin1')
