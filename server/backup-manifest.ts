import { z } from 'zod'
import { isPortalError, PortalError } from './errors.ts'
import type { Signer } from './store.ts'
import type { Instant } from './time.ts'
import { openNote, parseVerifierKey, signNote, verifierKey } from './trail/note.ts'

// Never to be taken for a checkpoint, which is signed by the same key: that one's second line is a number.
const KIND = 'restante-backup/1'

const file = z.strictObject({
  name: z.string().regex(/^[a-z]+\.[a-z]+$/),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

const MANIFEST = z.strictObject({
  id: z.string().regex(/^bak_[0-9a-z]+$/),
  madeAt: z.int(),
  /** The portal's public key (C2SP), which signs this. */
  key: z.string(),
  /** Of the trail: the last checkpoint that was signed before. */
  checkpoint: z.string().nullable(),
  /** Settings that a restored portal should have; nothing secret. */
  settings: z.strictObject({ origin: z.string(), environment: z.enum(['development', 'production']) }),
  /** Whom the archives are sealed to. */
  recipient: z.string(),
  migrations: z.array(z.string()),
  messages: z.int(),
  entries: z.int(),
  rows: z.int(),
  data: file,
  keys: file,
  beside: z.array(file),
  /** How many lines the list of what does not verify has (`damage.txt`). */
  damaged: z.int().default(0),
  /** Names of objects of the part store that were lost already; newer backups list them there, too. */
  lost: z.array(z.string()).default([]),
})

/** What a backup is, signed by the portal it was made of. It names nobody and opens nothing. */
export type Manifest = z.infer<typeof MANIFEST>

export function signManifest(manifest: Omit<Manifest, 'key' | 'lost'>, trailName: string, signer: Signer): string {
  const whole: Omit<Manifest, 'lost'> = { ...manifest, key: verifierKey(trailName, signer.publicKey) }
  return signNote(`${KIND}\n${JSON.stringify(whole)}\n`, trailName, signer)
}

/**
 * Reads a manifest and verifies that it is signed by the key it names. Whether that is the portal's own is known when the keys of the
 * backup have been opened.
 *
 * @throws PortalError `tampered`.
 */
export function openManifest(text: string, where: string): Manifest & { publicKey: Uint8Array; madeAt: Instant } {
  try {
    const [kind, json] = text.split('\n')
    const manifest = MANIFEST.parse(JSON.parse(json ?? ''))
    const key = parseVerifierKey(manifest.key)
    if (kind !== KIND || openNote(text, key) !== `${kind}\n${json}\n`) throw new PortalError('tampered', 'It has another form.')
    return { ...manifest, publicKey: key.publicKey }
  } catch (error) {
    if (!isPortalError(error) && !(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error
    throw new PortalError('tampered', `The manifest in ${where} is not what a portal signed.`)
  }
}
