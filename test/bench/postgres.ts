import { tmpdir } from 'node:os'
import pg from 'pg'
import { createPortal } from '../../server/portal.ts'
import { openStorage } from '../../storage/index.ts'
import { type Clinic, clinicIn } from '../support/clinic.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { ROOT_KEY } from '../support/storage.ts'
import { wholePortal } from '../support/whole-portal.ts'
import { type Bench, type Progress, paired, rowOf } from './paired.ts'

const ROUNDS = 100
const TEXT = 'x'.repeat(4_096)
/** A changed row, a receipt and an entry of the trail. */
const CHANGED_BYTES = 1_024
const LIST = 50

/** A clinic on a PostgreSQL server with its files on a disk, and a bare connection to the same server. */
interface Place {
  clinic: Clinic
  bare: Bare
  progress: Progress
}

/** The least that a program on this server would need. */
interface Bare {
  /** One durable commit of so many bytes: one statement, prepared, one round trip. */
  commit(bytes: number): Promise<unknown>
  /** So many rows that were committed last. */
  newest(count: number): Promise<unknown>
  /** How many sealed bytes the portal keeps there. */
  sealed(): Promise<number>
}

/**
 * The portal in this process on a real PostgreSQL, beside bare statements on the same server. Deposits at once share commits, as they do on
 * SQLite; a bare one commits each for itself, one after the other.
 */
export const POSTGRES: Bench[] = [
  ...[1, 16].map(atOnce => ({
    name: `postgres-deposit-4k${atOnce === 1 ? '' : `-${atOnce}-at-once`}`,
    run: (progress: Progress) => onServer(progress, place => depositing(place, atOnce)),
  })),
  { name: 'postgres-open-message-4k', run: progress => onServer(progress, opening) },
  { name: 'postgres-list-50', run: progress => onServer(progress, listing) },
]

async function depositing({ clinic, bare, progress }: Place, atOnce: number) {
  const ada = clinic.patient('Ada Lopez')
  const deposit = () => clinic.deposits('Result', [ada], { text: TEXT })
  await deposit() // the first one also makes the recipient
  const before = await bare.sealed()
  await deposit()
  const bytes = (await bare.sealed()) - before
  const measured = await paired(
    {
      rounds: Math.ceil(ROUNDS / Math.sqrt(atOnce)),
      work: () => Promise.all(Array.from({ length: atOnce }, deposit)),
      async floor() {
        for (let i = 0; i < atOnce; i++) await bare.commit(bytes)
      },
    },
    progress,
  )
  const each = { work: measured.work / atOnce, floor: measured.floor / atOnce }
  return rowOf(`postgres-deposit-4k${atOnce === 1 ? '' : `-${atOnce}-at-once`}`, 'ms each', each)
}

async function opening({ clinic, bare, progress }: Place) {
  const ada = clinic.patient('Ada Lopez')
  await clinic.deposits('Welcome', [ada])
  const reader = await ada.signsIn()
  let message = ''
  const measured = await paired(
    {
      rounds: ROUNDS,
      async prepare() {
        message = (await clinic.deposits('Result', [ada], { text: TEXT })).messages[0]!.id
      },
      work: () => clinic.portal.openMessage(reader, message),
      floor: () => bare.commit(CHANGED_BYTES),
    },
    progress,
  )
  return rowOf('postgres-open-message-4k', 'ms', measured)
}

async function listing({ clinic, bare, progress }: Place) {
  const ada = clinic.patient('Ada Lopez')
  for (let number = 0; number <= LIST; number++) await clinic.deposits(`Result ${number}`, [ada])
  const reader = await ada.signsIn()
  for (let number = 0; number <= LIST; number++) await bare.commit(CHANGED_BYTES)
  const work = () => clinic.portal.listMessages(reader, { limit: LIST })
  const measured = await paired({ rounds: ROUNDS, work, floor: () => bare.newest(LIST) }, progress)
  return rowOf('postgres-list-50', 'ms', measured)
}

async function onServer<T>(progress: Progress, measure: (place: Place) => Promise<T>): Promise<T> {
  const server = await startPostgres([], tmpdir())
  const portal = await wholePortal()
  const now = portal.clock.read()
  const store = await openStorage({ url: server.url, dataDirectory: portal.storage.directory, rootKey: ROOT_KEY, now })
  const parts = { ...portal.parts, store }
  const client = new pg.Client(server.url)
  await client.connect()
  try {
    const onPostgres = createPortal(parts)
    const deliver = async () => void (await onPostgres.sendDueLetters())
    const clinic = await clinicIn({ ...portal, parts, portal: onPostgres, deliver })
    return await measure({ clinic, bare: await bareOn(client), progress })
  } finally {
    await client.end()
    await store.close()
    await portal.close()
    await server.remove()
  }
}

async function bareOn(client: pg.Client): Promise<Bare> {
  await client.query('create schema bare; create table bare.kept (id bigserial primary key, bytes bytea not null)')
  return {
    commit: bytes =>
      client.query({ name: 'commit', text: 'insert into bare.kept (bytes) values ($1)', values: [Buffer.alloc(bytes, 7)] }),
    newest: count => client.query({ name: 'newest', text: 'select * from bare.kept order by id desc limit $1', values: [count] }),
    async sealed() {
      const { rows } = await client.query<{ bytes: string }>('select sum(length(sealed)) as bytes from sealed_parts')
      return Number(rows[0]!.bytes)
    },
  }
}
