import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Signer, Store, Tx } from '../../../server/store.ts'
import { verifierKey } from '../../../server/trail/checkpoint.ts'
import { type NewEntry, record } from '../../../server/trail/entry.ts'
import type { CheckpointHistory } from '../../../server/trail/history.ts'
import { type SignedCheckpoint, signNewCheckpoint } from '../../../server/trail/sign.ts'
import type { StoredCheckpoint, TrailRow, TrailStore } from '../../../server/trail/store.ts'
import { EMPTY_TREE, type TreeHead } from '../../../server/trail/tree.ts'

export const ORIGIN = 'portal.example/restante-trail'
export const NOON = Date.UTC(2026, 0, 1, 12)

/** A trail in memory whose rows a test may tamper with, as somebody with access to the database could. */
export function memoryTrail(signer: Signer = testSigner()) {
  const rows: TrailRow[] = []
  const checkpoints: StoredCheckpoint[] = []
  const kept: { head: TreeHead } = { head: EMPTY_TREE }
  const trail: TrailStore = {
    head: async () => kept.head,
    append: async (row, head) => {
      rows.push(row)
      kept.head = head
    },
    entries: async (from, limit) => rows.slice(from, from + limit),
    entry: async index => rows[index] ?? null,
    list: async organization => rows.filter(row => row.organization === organization).reverse(),
    about: async (_, { actions }) => rows.filter(row => actions.includes(row.action)).reverse(),
    newestOf: async object => rows.findLast(row => row.object === object && row.revision !== null) ?? null,
    among: async (actions, { from, to, limit }) =>
      rows
        .slice(from, to)
        .filter(row => actions.includes(row.action))
        .slice(0, limit),
    leafHashes: async (from, limit) => rows.slice(from, from + limit).map(row => row.leafHash),
    addCheckpoint: async checkpoint => {
      checkpoints.push(checkpoint)
    },
    latestCheckpoint: async () => checkpoints.at(-1) ?? null,
    checkpoints: async () => [...checkpoints],
  }
  // Only what the trail's use cases ask for is there.
  const tx = { trail } as Tx
  const store: Pick<Store, 'read' | 'transaction' | 'signer'> = { read: work => work(tx), transaction: work => work(tx), signer }
  const history = memoryHistory()
  const key = verifierKey(ORIGIN, signer.publicKey)
  return {
    rows,
    checkpoints,
    kept,
    store,
    history,
    key,
    /** Records this many openings, a second apart. */
    async grow(count: number) {
      for (let i = 0; i < count; i++) await record(tx, NOON + rows.length * 1_000, opening(`msg_${rows.length}`))
    },
    record: (entry: NewEntry, at = NOON) => record(tx, at, entry),
    sign: (known?: TreeHead): Promise<SignedCheckpoint | null> =>
      signNewCheckpoint({ store, now: NOON, origin: ORIGIN, history, known }),
  }
}

export const opening = (object: string): NewEntry => ({
  organization: 'org_north',
  actor: { kind: 'recipient', id: 'rcp_ada' },
  action: 'message.opened',
  object,
  revision: 2,
  level: 'full',
  method: 'passkey',
})

function memoryHistory(): CheckpointHistory & { notes: string[] } {
  const notes: string[] = []
  return {
    notes,
    latest: async () => notes.at(-1) ?? null,
    append: async note => {
      notes.push(note)
    },
  }
}

export function testSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { publicKey: rawPublicKey(publicKey), sign: bytes => new Uint8Array(sign(null, bytes, privateKey)) }
}

const rawPublicKey = (key: KeyObject): Uint8Array => new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url'))
