import { afterEach, beforeEach, expect, test } from 'vitest'
import { sendDueLetters } from '../../server/delivery-round.ts'
import { openSmtp } from '../../server/mail/smtp.ts'
import type { Mailer } from '../../server/mailer.ts'
import type { Parts } from '../../server/parts.ts'
import { minutes } from '../../server/time.ts'
import { type SmtpScript, type SmtpServer, startSmtp, unusedPort } from '../support/smtp-server.ts'
import { type LetterWorld, letterWorld } from '../support/waiting-letters.ts'

let world: LetterWorld
let server: SmtpServer | null
let mailer: Mailer
let parts: Parts

beforeEach(async () => {
  world = await letterWorld()
  server = null
})
afterEach(async () => {
  await mailer.close()
  await server?.stop()
  await world.remove()
})

async function serverThat(script: SmtpScript): Promise<void> {
  server = await startSmtp({ tls: 'none', ...script })
  connect(server.port)
}

function connect(port: number): void {
  mailer = openSmtp({
    url: `smtp://127.0.0.1:${port}?tls=off`,
    ...{ tlsRequired: false, clock: world.parts.clock, helloName: 'portal.example' },
    limits: { connection: 2_000, greeting: 1_000, silence: 1_000, whole: 3_000 },
  })
  parts = { ...world.parts, mailer }
}

const messageIds = async (): Promise<string[]> =>
  (await server!.received()).map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)![1]!)

test('a greylisted notice arrives at a later try, once', async () => {
  await serverThat({ behaviour: 'greylist', times: 2 })
  const { message, letter } = await world.waiting()
  for (let round = 0; round < 3; round++) {
    await sendDueLetters(parts)
    world.later((await world.stateOf(letter)).nextAttemptAt - world.now())
  }
  expect(await messageIds()).toEqual([letter.messageIdHeader])
  expect(await world.stages(message)).toEqual(['notice_deferred', 'noticed'])
})

test('a recipient who does not exist bounces at once; what the server said is kept without the address', async () => {
  await serverThat({ behaviour: 'refuse-recipient' })
  const { message, letter } = await world.waiting()
  await sendDueLetters(parts)
  expect(await world.stages(message)).toEqual(['notice_bounced'])
  const { state, lastAnswer } = await world.stateOf(letter)
  expect([state, lastAnswer]).toEqual(['bounced', '550 5.1.1 <…>: no such user … here'])
})

test('a line cut after DATA: at most one duplicate, with the same Message-ID, and one receipt', async () => {
  await serverThat({ behaviour: 'drop-after-data', times: 1 })
  const { message, letter } = await world.waiting()
  await sendDueLetters(parts)
  expect(await world.stages(message)).toEqual(['notice_deferred'])
  world.later(minutes(2))
  await sendDueLetters(parts)
  expect(await messageIds()).toEqual([letter.messageIdHeader, letter.messageIdHeader])
  expect(await world.stages(message)).toEqual(['notice_deferred', 'noticed'])
})

test('a server that takes a letter and then resets the line has it once', async () => {
  await serverThat({ behaviour: 'reset-after-accept' })
  const { letter } = await world.waiting()
  await sendDueLetters(parts)
  world.later(minutes(10))
  await sendDueLetters(parts)
  expect(await messageIds()).toEqual([letter.messageIdHeader])
})

test('a worker that dies after the 250 makes one duplicate with the same Message-ID', async () => {
  await serverThat({ behaviour: 'accept' })
  const { message, letter } = await world.waiting()
  // The hand-off works; noting it does not, as when the process is killed in between.
  let isKilled = false
  const dying: Parts = {
    ...parts,
    mailer: {
      ...mailer,
      async send(mail) {
        const result = await mailer.send(mail)
        isKilled = true
        return result
      },
    },
    store: {
      ...parts.store,
      read: parts.store.read.bind(parts.store),
      transaction: work => (isKilled ? Promise.reject(new Error('killed')) : parts.store.transaction(work)),
    },
  }
  await sendDueLetters(dying)
  expect(await world.stages(message)).toEqual([])

  world.later(minutes(2))
  await sendDueLetters(parts)
  expect(await messageIds()).toEqual([letter.messageIdHeader, letter.messageIdHeader])
  expect(await world.stages(message)).toEqual(['noticed'])
  expect(await world.entries(message)).toEqual(['message.deposited', 'notice.sent'])
})

test('while the mail server is away letters stay, messages are read and written as ever, and all arrive when it is back', async () => {
  const port = await unusedPort()
  connect(port)
  const people = ['ada', 'ben', 'cy', 'dee', 'eve'].map(name => `${name}@example.com`)
  const waiting = []
  for (const address of people) waiting.push(await world.waiting(address))

  const sending = sendDueLetters(parts)
  const late = await world.waiting('flo@example.com') // the database is nobody's hostage meanwhile
  await sending
  for (const { letter } of waiting) expect((await world.stateOf(letter)).state).toBe('deferred')

  server = await startSmtp({ behaviour: 'accept', tls: 'none', port })
  world.later(minutes(2))
  await sendDueLetters(parts)
  const received = await server.received()
  expect(received.flatMap(({ to }) => to).sort()).toEqual([...people, 'flo@example.com'])
  for (const { message } of [...waiting, late]) expect((await world.stages(message)).at(-1)).toBe('noticed')
})

test('a server that hangs costs one time-out for each letter and loses none', async () => {
  await serverThat({ behaviour: 'hang-at-data', times: 2 })
  await world.waiting('ada@example.com')
  await world.waiting('ben@example.com')
  await sendDueLetters(parts)
  expect(await server!.received()).toEqual([])
  world.later(minutes(2))
  await sendDueLetters(parts)
  expect((await server!.received()).flatMap(({ to }) => to).sort()).toEqual(['ada@example.com', 'ben@example.com'])
})
