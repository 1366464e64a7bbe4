import { z } from 'zod'

/** Of RSA-OAEP, in the hash and the mask alike. */
export type Hash = 'SHA-256' | 'SHA-1'

/** A root key as it lies in a file, wrapped by a key service. */
export interface WrappedRootKey {
  hash: Hash
  wrapped: Uint8Array
}

const FORMAT = 'restante-wrapped-root-key/1'

const FILE = z.strictObject({
  format: z.literal(FORMAT),
  mechanism: z.literal('RSA-OAEP'),
  hash: z.enum(['SHA-256', 'SHA-1']),
  wrapped: z.base64url().max(4096),
})

/** The text of the file. */
export const writeWrappedRootKey = ({ hash, wrapped }: WrappedRootKey): string =>
  `${JSON.stringify({ format: FORMAT, mechanism: 'RSA-OAEP', hash, wrapped: Buffer.from(wrapped).toString('base64url') }, null, 2)}\n`

/** @throws Error when it is not such a text. */
export function parseWrappedRootKey(text: string): WrappedRootKey {
  const { hash, wrapped } = FILE.parse(JSON.parse(text))
  return { hash, wrapped: Buffer.from(wrapped, 'base64url') }
}
