import type { DepositKey, DepositKeys } from '../server/deposit-key.ts'
import { PORTAL } from './keyring.ts'
import { prepared } from './prepared.ts'
import type { DepositKeyRow } from './schema.ts'
import { sameBytes } from './sealing/blind-index.ts'
import { openPart, type SealedPart } from './sealing/envelope.ts'
import type { Key } from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'
import type { PortalKeys, Work } from './work.ts'

type PrivateJwk = DepositKey['privateJwk']

/** A private half and what it was unsealed from. */
interface Unsealed extends SealedPart {
  privateJwk: PrivateJwk
}

/** Private halves by `kid`, unsealed once: each deposit asks for one. They are still looked up, and unsealed anew when a bit is another. */
const unsealed = new WeakMap<PortalKeys, Map<string, Unsealed>>()

function unsealedUnder(portal: PortalKeys): Map<string, Unsealed> {
  const known = unsealed.get(portal) ?? new Map<string, Unsealed>()
  unsealed.set(portal, known)
  return known
}

export function depositKeys({ db, parts, rows, portal }: Work): DepositKeys {
  const unsealedBefore = unsealedUnder(portal)

  const privateHalf = (kid: string, part: SealedPart, wrapping: Key): PrivateJwk => {
    const before = unsealedBefore.get(kid)
    if (before && sameBytes(before.sealed, part.sealed) && sameBytes(before.wrappedKey, part.wrappedKey)) return before.privateJwk
    const privateJwk = JSON.parse(Buffer.from(openPart(part, place(kid), wrapping)).toString('utf8')) as PrivateJwk
    unsealedBefore.set(kid, { ...part, privateJwk })
    return privateJwk
  }

  const opened = async (row: DepositKeyRow): Promise<DepositKey> => {
    const { kid, created_at, expires_at } = rows.check('deposit_keys', row)
    const privateJwk = await parts.findSealed(place(kid), (part, wrapping) => privateHalf(kid, part, wrapping))
    if (privateJwk === undefined) throw tampered()
    return { kid, privateJwk, createdAt: created_at, expiresAt: expires_at }
  }

  return {
    async add({ kid, privateJwk, createdAt, expiresAt }) {
      const row = rows.sign('deposit_keys', { kid, created_at: createdAt, expires_at: expiresAt })
      await db.insertInto('deposit_keys').values(row).execute()
      await parts.add(place(kid), privateJwk)
    },

    async find(kid) {
      const [row] = (await byKid(db, { kid })).rows
      return row ? opened(row) : null
    },

    async published(now) {
      // One that seems to be made later than now comes of another process, whose clock is ahead: it is as good.
      const valid = db.selectFrom('deposit_keys').selectAll().where('expires_at', '>', now)
      const keys: DepositKey[] = []
      for (const row of await valid.orderBy('created_at', 'desc').orderBy('kid').execute()) keys.push(await opened(row))
      return keys
    },
  }
}

const byKid = prepared((db, { kid }: { kid: string }) => db.selectFrom('deposit_keys').selectAll().where('kid', '=', kid))

const place = (kid: string) => ({ organization: PORTAL, owner: kid, recipient: '', part: 'private' })
