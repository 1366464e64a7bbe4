import type { Signer } from '../server/store.ts'
import type { Instant } from '../server/time.ts'
import { PORTAL } from './keyring.ts'
import { sameBytes } from './sealing/blind-index.ts'
import { newKeyId } from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'
import { newSigningKey, openSigner } from './sealing/signer.ts'
import type { Work } from './work.ts'

/** Makes the trail's signing key when there is none yet. */
export async function addTrailKey({ db, parts, rows }: Work, now: Instant): Promise<void> {
  const known = await db.selectFrom('signing_keys').select('id').where('purpose', '=', 'trail').executeTakeFirst()
  if (known) return
  const id = newKeyId()
  const privateKey = newSigningKey()
  const { publicKey } = openSigner(privateKey)
  const row = rows.sign('signing_keys', { id, purpose: 'trail', public_key: publicKey, created_at: now })
  await db.insertInto('signing_keys').values(row).execute()
  await parts.add(place(id), Buffer.from(privateKey).toString('base64'))
  privateKey.fill(0)
}

/** @throws PortalError `tampered` when it is not the key that was put there. */
export async function openTrailKey({ db, parts, rows }: Work): Promise<Signer> {
  const row = await db.selectFrom('signing_keys').selectAll().where('purpose', '=', 'trail').executeTakeFirst()
  if (!row) throw tampered()
  rows.check('signing_keys', row)
  const signer = openSigner(Buffer.from(await parts.get<string>(place(row.id)), 'base64'))
  if (!sameBytes(signer.publicKey, row.public_key)) throw tampered()
  return signer
}

const place = (id: string) => ({ organization: PORTAL, owner: id, recipient: '', part: 'private' })
