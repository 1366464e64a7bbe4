import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPortal } from '../../../server/portal.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import type { Store } from '../../../server/store.ts'
import { days } from '../../../server/time.ts'
import { openStorage } from '../../../storage/index.ts'
import { type Clinic, clinicIn, depositRequest, type Patient } from '../../support/clinic.ts'
import { ROOT_KEY } from '../../support/storage.ts'
import { wholePortal } from '../../support/whole-portal.ts'

// What is asked of the portal while its connection is lost at every statement of it. A promise that nobody waits for yet when it fails ends
// the whole process, with everybody who is in it: so the process itself is watched, too.

let clinic: Clinic
let store: Store
let ada: Patient
let reader: Reader
let close: () => Promise<void>
const unheard: unknown[] = []
const hear = (error: unknown) => void unheard.push(error)
const EVENTS = ['unhandledRejection', 'uncaughtException']
const anotherStore = () =>
  openStorage({
    url: clinic.storage.url,
    dataDirectory: clinic.storage.directory,
    rootKey: ROOT_KEY,
    now: clinic.clock.read(),
  })

beforeAll(async () => {
  clinic = await clinicIn(await wholePortal({ engine: 'postgres' }))
  ada = clinic.patient('Ada Lopez')
  await clinic.deposits('Welcome', [ada])
  reader = await ada.signsIn()
  const { parts } = clinic
  store = await anotherStore()
  const before = clinic.close
  close = async () => {
    await store.close()
    await before()
  }
  Object.assign(clinic, { parts: { ...parts, store }, portal: createPortal({ ...parts, store }) })
  for (const event of EVENTS) process.on(event, hear)
})
afterAll(async () => {
  for (const event of EVENTS) process.off(event, hear)
  lost.mockRestore()
  await close?.()
})

const deposit = (...to: { name: string; address: string }[]) => clinic.deposits('Result', to)
const someone = (name: string) => ({ name, address: `${name.toLowerCase()}.${randomUUID()}@example.com` })
const opened = async () => {
  const { messages } = await deposit(ada)
  await clinic.portal.openMessage(reader, messages[0]!.id)
  return messages[0]!.id
}
const due = async (work: () => Promise<unknown>) => {
  await deposit(ada)
  return async () => {
    clinic.clock.advance(days(90))
    await work()
  }
}

/** Each is made ready over connections that hold, and done over some that do not. */
const ACTS: Record<string, () => Promise<() => Promise<unknown>>> = {
  'a deposit to somebody who is known': async () => () => deposit(ada),
  'a deposit to two who are not': async () => () => deposit(someone('Ben'), someone('Cara')),
  'a deposit that is sent twice': async () => {
    const key = { key: randomUUID(), bodyHash: 'same' }
    await clinic.portal.deposit(clinic.gateway, depositRequest('Result', [ada]), key)
    return () => clinic.portal.deposit(clinic.gateway, depositRequest('Result', [ada]), key)
  },
  'a list': async () => () => clinic.portal.listMessages(reader, { limit: 50 }),
  'the first opening': async () => {
    const { messages } = await deposit(ada)
    return () => clinic.portal.openMessage(reader, messages[0]!.id)
  },
  'a look': async () => {
    const id = await opened()
    return () => clinic.portal.viewMessage(reader, id)
  },
  'a reply': async () => {
    const id = await opened()
    return () => clinic.portal.reply(reader, id, { text: 'Thank you.', files: [] })
  },
  'a retraction': async () => {
    const { id } = await deposit(ada)
    return () => clinic.portal.retract({ client: clinic.gateway }, id, { reason: 'wrong_recipient' })
  },
  'the list of a sender': async () => () => clinic.portal.listDeposits({ client: clinic.gateway }, { limit: 50 }),
  'the first step of a sign-in': async () => () => clinic.portal.beginSignIn({ address: ada.address }),
  'a key that proves itself': async () => () => clinic.portal.authenticateClient(`Bearer ${clinic.apiKey}`),
  'letters that leave': async () => {
    await deposit(someone('Dana'), ada)
    return () => clinic.portal.sendDueLetters()
  },
  'what expires': () => due(() => clinic.portal.expireDue()),
  'what is disposed of': () => due(() => clinic.portal.disposeDue()),
  'a checkpoint': async () => () => clinic.portal.signCheckpoint(),
  'the purge that is owed after a start': async () => {
    const started = await anotherStore()
    return () => started.transaction(tx => tx.organizations.list()).finally(() => started.close())
  },
}

/** The connection that is about to say the statement of this number is lost, and that comes to light before it is said. */
let losing = { at: 0, said: 0 }
const say = pg.Client.prototype.query
const lost = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(async function (this: pg.Client, ...args) {
  if (++losing.said === losing.at) {
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection
    // Not waited for by `once`, which would listen to the client's errors, too.
    const gone = new Promise(resolve => stream.prependOnceListener('close', resolve))
    stream.destroy()
    await gone
    await new Promise(resolve => setImmediate(resolve))
  }
  return say.apply(this, args)
})

test.each(Object.entries(ACTS))(
  '%s: done, or refused as unavailable, wherever the connection is lost',
  { timeout: 120_000 },
  async (_, prepare) => {
    for (let at = 1, wasLost = true; wasLost; at++) {
      const act = await prepare()
      unheard.length = 0
      losing = { at, said: 0 }
      await act().catch(error => expect(error).toMatchObject({ code: 'unavailable' }))
      wasLost = losing.said >= at
      losing = { at: 0, said: 0 }
      await new Promise(resolve => setImmediate(resolve))
      expect(unheard, `lost at ${at}`).toEqual([])
    }
  },
)
