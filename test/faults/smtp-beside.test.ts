import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openSmtpBeside } from '../../server/mail/smtp-thread.ts'
import type { Mail, Mailer } from '../../server/mailer.ts'
import { type SmtpBehaviour, type SmtpServer, startSmtp, unusedPort } from '../support/smtp-server.ts'

const AT = Date.UTC(2026, 0, 5, 12)
let server: SmtpServer
let mailer: Mailer
let before: number
const begun: Worker[] = []
const note = (worker: Worker) => void begun.push(worker)

beforeAll(async () => {
  server = await startSmtp({ behaviour: 'accept', tls: 'none' })
})
afterAll(() => server.stop())
beforeEach(async () => {
  begun.length = 0
  before = (await server.received()).length
  process.on('worker', note)
  mailer = mailerTo(`${server.url}?tls=off`)
})
afterEach(async () => {
  process.off('worker', note)
  await mailer.close()
})

const letter: Mail = {
  to: 'ada@example.com',
  from: 'Restante <notices@portal.example>',
  returnPath: 'notices@portal.example',
  subject: 'You have a new message from your care team',
  text: 'Hello\n',
  html: '<p>Hello</p>',
  messageId: '<a-b_c1@portal.example>',
  language: 'en',
}

const mailerTo = (url: string): Mailer =>
  openSmtpBeside({ url, tlsRequired: false, clock: () => AT, helloName: 'portal.example', limits: { silence: 20_000 } })

const received = async () => (await server.received()).slice(before)
const once = (behaviour: SmtpBehaviour) => server.behave({ behaviour, times: 1 })

test('letters leave from one thread of their own, several at once, by the clock of whoever asked', async () => {
  const numbers = Array.from({ length: 20 }, (_, number) => number)
  const sent = await Promise.all(numbers.map(number => mailer.send({ ...letter, messageId: `<${number}@portal.example>` })))
  expect(new Set(sent.map(({ outcome }) => outcome))).toEqual(new Set(['sent']))
  const all = await received()
  expect(all).toHaveLength(20)
  expect(all[0]!.raw).toContain('Date: Mon, 05 Jan 2026 12:00:00 +0000')
  expect(begun).toHaveLength(1)
})

test('what the server says of a letter is told as it would be without the thread', async () => {
  await once('refuse-recipient')
  expect(await mailer.send(letter)).toEqual({ outcome: 'bounced', answer: '550 5.1.1 <…>: no such user … here' })
  expect(await mailer.send({ ...letter, to: 'ada@example.com\r\nBcc: eve@example.com' })).toMatchObject({ outcome: 'bounced' })
})

test('a thread that ends in the middle of a letter: it is tried again, and the next letter gets a new thread', async () => {
  await once('hold-at-data')
  const held = mailer.send(letter)
  await vi.waitFor(async () => expect(await received()).toHaveLength(1), 10_000)
  await begun[0]!.terminate()
  expect(await held).toEqual({ outcome: 'deferred', answer: 'ENDED: the thread that sends mail has ended' })
  expect(await mailer.send(letter)).toMatchObject({ outcome: 'sent' })
  expect(begun).toHaveLength(2)
})

test('closing waits for the letter that is under way', async () => {
  await once('hold-at-data')
  const held = mailer.send(letter)
  await vi.waitFor(async () => expect(await received()).toHaveLength(1), 10_000)
  const closed = mailer.close()
  await server.release()
  expect(await held).toMatchObject({ outcome: 'sent' })
  await closed
  expect(begun[0]!.threadId).toBe(-1)
})

test('closing does not wait for a server that keeps its side of a connection open', { timeout: 20_000 }, async () => {
  const answers: [RegExp, string][] = [
    [/^\.\r\n$/m, '250 kept'],
    [/^DATA/m, '354 go on'],
    [/^(EHLO|MAIL|RCPT|RSET)/m, '250 go on'],
  ]
  const stubborn = createServer({ allowHalfOpen: true }, socket => {
    socket.write('220 mail.example ESMTP\r\n')
    socket.on('error', () => undefined)
    socket.on('data', bytes => {
      const answer = answers.find(([said]) => said.test(bytes.toString()))
      if (answer !== undefined) socket.write(`${answer[1]}\r\n`)
    })
  })
  await new Promise<void>(resolve => stubborn.listen(0, '127.0.0.1', resolve))
  const { port } = stubborn.address() as AddressInfo
  const other = openSmtpBeside({
    ...{ url: `smtp://127.0.0.1:${port}?tls=off`, tlsRequired: false, clock: () => AT, helloName: 'portal.example' },
  })
  expect(await other.send(letter)).toMatchObject({ outcome: 'sent' })
  await other.close()
  stubborn.close()
})

test('closing does not wait to be told whether the server is there', async () => {
  const connected = Promise.withResolvers<Socket>()
  const silent = createServer(connected.resolve)
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  const other = openSmtpBeside({
    ...{ url: `smtp://127.0.0.1:${port}?tls=off`, tlsRequired: false, clock: () => AT, helloName: 'portal.example' },
    ...{ limits: { greeting: 60_000, silence: 60_000 } },
  })
  const asked = other.reachable()
  ;(await connected.promise).on('error', () => undefined)
  await other.close()
  expect(await asked).toBe(false)
  silent.close()
})

test('a portal that sends nothing has no such thread, and is told of a wrong address of the mail server all the same', () => {
  expect(() => mailerTo('smtp://mail.example?tls=off')).toThrow(expect.objectContaining({ code: 'misconfigured' }))
  expect(begun).toEqual([])
})

test('whether the server can be reached is asked there, too', async () => {
  expect(await mailer.reachable()).toBe(true)
  const nobody = mailerTo(`smtp://127.0.0.1:${await unusedPort()}?tls=off`)
  expect(await nobody.reachable()).toBe(false)
  await nobody.close()
})

test('a thread that says nothing is ended, and the next letter has a new one', async () => {
  await mailer.close()
  mailer = openSmtpBeside({
    ...{ url: `${server.url}?tls=off`, tlsRequired: false, clock: () => AT, helloName: 'portal.example' },
    ...{ limits: { silence: 20_000 }, hangsAfter: 4_000 },
  })
  await mailer.reachable() // the thread has started
  await once('hang-at-data')
  expect(await mailer.send(letter)).toMatchObject({ outcome: 'deferred', answer: 'ENDED: the thread that sends mail has ended' })
  expect(await mailer.send(letter)).toMatchObject({ outcome: 'sent' })
  expect(begun).toHaveLength(2)
})
