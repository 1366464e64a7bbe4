import { type Clinic, clinicIn } from '../support/clinic.ts'
import { wholePortal } from '../support/whole-portal.ts'
import { fill } from './filled.ts'
import { bareDatabase, openParts, sealParts } from './floor.ts'
import { type Bench, paired, rowOf } from './paired.ts'

const ROUNDS = 200
/** A changed row, a receipt and an entry of the trail. */
const CHANGED_BYTES = 1_024
const CONTENT_BYTES = 4_096
/** Heading and body. */
const CONTENT_PARTS = 2

/** The first opening of a message, and showing it. */
export const OPENING: Bench = {
  name: 'open-message-4k',
  run: progress =>
    withClinic(async clinic => {
      const ada = clinic.patient('Ada Lopez')
      const floor = bareDatabase()
      const sealed = sealParts(CONTENT_PARTS, CONTENT_BYTES)
      let message = ''
      try {
        await clinic.deposits('Welcome', [ada])
        const reader = await ada.signsIn()
        const measured = await paired(
          {
            rounds: ROUNDS,
            async prepare() {
              const { messages } = await clinic.deposits('Result', [ada], { text: 'x'.repeat(CONTENT_BYTES) })
              message = messages[0]!.id
            },
            async work() {
              await clinic.portal.openMessage(reader, message)
              await clinic.portal.viewMessage(reader, message)
            },
            floor() {
              floor.commit(new Uint8Array(CHANGED_BYTES))
              openParts(sealed)
            },
          },
          progress,
        )
        return rowOf(OPENING.name, 'ms', measured)
      } finally {
        floor.close()
      }
    }),
}

/** The newest fifty of a mailbox, whether it holds a thousand messages or a hundred thousand. */
export const LISTS: Bench[] = [1_000, 100_000].map(size => ({
  name: `list-50-of-${size}`,
  run: progress =>
    withClinic(async clinic => {
      const ada = clinic.patient('Ada Lopez')
      await clinic.deposits('Welcome', [ada])
      const reader = await ada.signsIn()
      const organization = clinic.organization.id
      const { id: deposit } = await clinic.deposits('First', [ada])
      const between = { organization, client: clinic.gateway.client.id, deposit, recipient: reader.person.id }
      await fill(
        clinic.storage.store,
        between,
        size,
        () => clinic.clock.advance(1),
        share => progress(share * 0.9),
      )
      const list = bareList(size)
      try {
        const measured = await paired(
          { rounds: ROUNDS, work: () => clinic.portal.listMessages(reader, { limit: 50 }), floor: list.newest },
          share => progress(0.9 + share * 0.1),
        )
        return rowOf(`list-50-of-${size}`, 'ms', measured)
      } finally {
        list.close()
      }
    }),
}))

const MORE_THAN_A_COMMIT_MS = 1

/** Taking one message back. Its goal is in milliseconds. */
export const RETRACTION: Bench = {
  name: 'retract-message',
  run: progress =>
    withClinic(async clinic => {
      const ada = clinic.patient('Ada Lopez')
      const floor = bareDatabase()
      const sender = { client: clinic.gateway }
      let deposit = ''
      try {
        const measured = await paired(
          {
            rounds: ROUNDS,
            async prepare() {
              deposit = (await clinic.deposits('Result', [ada])).id
            },
            work: () => clinic.portal.retract(sender, deposit, { reason: 'wrong_recipient' }),
            floor() {
              const [reason] = sealParts(1, 64)
              floor.commit(Buffer.concat([new Uint8Array(CHANGED_BYTES), reason!.sealed]))
            },
          },
          progress,
        )
        const goal = Math.ceil((measured.floor + MORE_THAN_A_COMMIT_MS) * 100) / 100
        return { ...rowOf(RETRACTION.name, 'ms', measured), goal, met: measured.work <= goal }
      } finally {
        floor.close()
      }
    }),
}

async function withClinic<T>(work: (clinic: Clinic) => Promise<T>): Promise<T> {
  const portal = await wholePortal()
  try {
    return await work(await clinicIn(portal))
  } finally {
    await portal.close()
  }
}

/** As many rows in a bare table with an index, and the cipher calls for the headings of fifty of them. */
function bareList(size: number): { newest(): void; close(): void } {
  const { db, close } = bareDatabase()
  db.exec('create table lines (id text primary key, recipient text, wrapped blob, sealed blob)')
  db.exec('create index mailbox on lines (recipient, id)')
  const [heading] = sealParts(1, 128)
  const insert = db.prepare('insert into lines values (?, ?, ?, ?)')
  db.transaction(() => {
    for (let i = 0; i < size; i++) {
      const id = `msg_${String(i).padStart(10, '0')}`
      insert.run(id, 'rcp_ada', heading!.wrappedKey, heading!.sealed)
    }
  })()
  const newest = db.prepare('select * from lines where recipient = ? order by id desc limit 50')
  interface Line {
    wrapped: Uint8Array
    sealed: Uint8Array
  }
  return {
    newest() {
      const lines = newest.all('rcp_ada') as Line[]
      openParts(lines.map(({ wrapped, sealed }) => ({ wrappedKey: wrapped, sealed })))
    },
    close,
  }
}
