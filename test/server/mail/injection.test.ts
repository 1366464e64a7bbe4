import { afterAll, beforeAll, expect, test } from 'vitest'
import { newLetter } from '../../../server/letters/letter.ts'
import { writeLetter } from '../../../server/letters/write.ts'
import { openSmtp } from '../../../server/mail/smtp.ts'
import type { Mail, Mailer } from '../../../server/mailer.ts'
import { type ReceivedMail, type SmtpServer, startSmtp } from '../../support/smtp-server.ts'
import { NEW_YEAR } from '../../support/storage.ts'

// BAR 38: whatever stands in an address or a name, a letter goes to exactly one person under fixed headers, or not at all.

let server: SmtpServer
let mailer: Mailer
beforeAll(async () => {
  server = await startSmtp({ behaviour: 'accept', tls: 'none' })
  mailer = openSmtp({ url: `${server.url}?tls=off`, tlsRequired: false, clock: () => NEW_YEAR, helloName: 'portal.example' })
})
afterAll(async () => {
  await mailer.close()
  await server.stop()
})

function notice(more: { to?: string; organization?: string }): Mail {
  const settings = { origin: 'https://portal.example', mailFrom: 'Restante <notices@portal.example>' }
  const values = {
    ...{ locator: 'locator', organization: more.organization ?? 'North Clinic', phone: '', until: '2026-02-01T00:00:00Z' },
    timeZone: 'UTC',
  }
  const order = { organization: 'org_1', message: 'msg_1', to: more.to ?? 'ada@example.com', language: 'en', values }
  const letter = newLetter('notice', order, NEW_YEAR, settings)
  return writeLetter(
    { ...letter, state: 'queued', attempts: 1, claimedUntil: null, settledAt: null, lastAnswer: null },
    [],
    settings,
  )
}

async function receivedFor(mail: Mail): Promise<ReceivedMail[]> {
  return (await server.received()).filter(({ raw }) => raw.includes(mail.messageId))
}

const HEADER_NAMES = [
  ...['from', 'to', 'subject', 'message-id', 'date', 'mime-version', 'content-type'],
  ...['auto-submitted', 'x-auto-response-suppress', 'content-language'],
].sort()

const ADDRESSES = [
  'ada@example.com\r\nRCPT TO:<eve@example.com>',
  'ada@example.com\nBcc: eve@example.com',
  'ada@example.com\r',
  'ada@example.com\0',
  'ada\u2028@example.com',
  'ada@example.com\u2029',
  '"ada eve"@example.com',
  '"ada@example.com,eve"@example.com',
  'ada@example.com, eve@example.com',
  'ada@example.com;eve@example.com',
  'Ada <ada@example.com>',
  '<ada@example.com>',
  'ada@example.com> BODY=8BITMIME',
  '@relay.example:ada@example.com',
  'ada@eve@example.com',
  'ada@[127.0.0.1]',
  'ada',
  '',
]

test.each(ADDRESSES)('to %j nothing is sent', async to => {
  const mail = notice({ to })
  expect((await mailer.send(mail)).outcome).toBe('bounced')
  expect(await receivedFor(mail)).toEqual([])
})

const GOOD_ADDRESSES = ["o'brien@example.com", 'ada+clinic@example.com', 'a.b_c%d@mail.example.com']

test.each(GOOD_ADDRESSES)('to %s, which is one plain address, the letter goes', async to => {
  const mail = notice({ to })
  expect((await mailer.send(mail)).outcome).toBe('sent')
  expect((await receivedFor(mail)).map(received => received.to)).toEqual([[to]])
})

const NAMES = [
  'North Clinic\r\nBcc: eve@example.com',
  'North Clinic\nBcc: eve@example.com\n\nSend money',
  'North Clinic\rX-Header: 1',
  'North Clinic\0Bcc: eve@example.com',
  'North Clinic\u2028Bcc: eve@example.com',
  'North Clinic\u2029Bcc: eve@example.com',
  'North Clinic\u0085Bcc: eve@example.com',
  'North "Clinic", <eve@example.com>',
  '=?utf-8?q?North=0ABcc:_eve@example.com?=',
  `Clínica ${'ñ'.repeat(400)}`,
]

test.each(NAMES)('an organization named %j makes one recipient and the fixed headers', async organization => {
  const mail = notice({ organization })
  expect((await mailer.send(mail)).outcome).toBe('sent')
  const [received, ...more] = await receivedFor(mail)
  expect(more).toEqual([])
  expect(received!.to).toEqual(['ada@example.com'])
  expect(headerNames(received!.raw)).toEqual(HEADER_NAMES)
  expect(received!.raw).not.toMatch(/[^\r]\n|\r[^\n]/)
})

test.each([
  ['return path', { returnPath: 'notices@portal.example>\r\nRCPT TO:<eve@example.com' }],
  ['Message-ID', { messageId: '<a@portal.example>\r\nBcc: eve@example.com' }],
  ['language', { language: 'en\r\nBcc: eve@example.com' }],
] as const)('a %s with a line break is refused', async (_, more) => {
  const mail = { ...notice({}), ...more }
  expect((await mailer.send(mail)).outcome).toBe('bounced')
  expect(await receivedFor(mail)).toEqual([])
})

test('a subject with a line break, whoever wrote it, stays one header', async () => {
  const mail = { ...notice({}), subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nbody' }
  await mailer.send(mail)
  const [received] = await receivedFor(mail)
  expect(headerNames(received!.raw)).toEqual(HEADER_NAMES)
  expect(received!.to).toEqual(['ada@example.com'])
})

/** Of the letter itself, not of its parts; sorted. */
function headerNames(raw: string): string[] {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  return head
    .split('\r\n')
    .map(line => line.slice(0, line.indexOf(':')).toLowerCase())
    .sort()
}
