import { afterAll, beforeAll, expect, test } from 'vitest'
import { patientBehind } from './access/people.ts'
import { type Thing, thingsOf } from './access/things.ts'
import { type Asked, type ServedPeople, servedPeople } from './pages/asking.ts'
import type { PageRow, VisitorRole } from './pages/doors.ts'
import { PAGES } from './pages/rows.ts'

// Who presses Send twice, or reloads the answer to a slow page, wrote one message.

let served: ServedPeople
beforeAll(async () => {
  served = await servedPeople()
})
afterAll(() => served.close())

const rowOf = (method: 'GET' | 'POST', file: string): PageRow =>
  PAGES.find(row => row.method === method && row.file === file && row.about !== 'reply')!

/** Looks at the page, fills in its form and sends it, as often as is said, at once. */
async function sends(file: string, role: VisitorRole, thing: Thing, words: Record<string, string>, times = 5): Promise<Asked[]> {
  const { token } = await served.people.credentials(role)
  const page = await served.ask(rowOf('GET', file), token, thing)
  const formId = /name="form_id" value="([^"]+)"/.exec(page.body)?.[1]
  expect(formId).toMatch(/^[\w-]{43}$/)
  const filled = { ...rowOf('POST', file), fields: { ...words, form_id: formId! } }
  return Promise.all(Array.from({ length: times }, () => served.ask(filled, token, thing)))
}

const places = (answers: Asked[]) => [...new Set(answers.map(({ status, location }) => `${status} ${location}`))]
const inThread = async (message: string) =>
  served.people.world.parts.store.read(async tx => tx.messages.ofThread((await tx.messages.find(message))!.thread))
const lettersAbout = async (message: string) => served.people.world.parts.store.read(tx => tx.outbox.ofMessages([message]))

test('a reply that is sent five times at once is one message, and every press leads to the same place', async () => {
  const thing = await thingsOf(served.people, 'begun')('patient', 'own')
  const answers = await sends('messages.$messageId.reply.check', 'patient', thing, { version: thing.draft! })
  expect(places(answers)).toEqual([`303 /messages/${thing.id}/reply/sent`])
  expect((await inThread(thing.id)).map(({ direction }) => direction).sort()).toEqual(['reply', 'to_recipient'])
})

test('an answer that is sent five times at once is one message with one notice', async () => {
  const thing = await thingsOf(served.people, 'openedReply')('provider', 'own')
  const before = await inThread(thing.id)
  const answers = await sends('replies.$replyId._index', 'provider', thing, { text: 'You are welcome' })
  expect(places(answers)).toEqual([`303 /replies/${thing.id}?done=answered`])
  const known = new Set(before.map(({ id }) => id))
  const made = (await inThread(thing.id)).filter(({ id }) => !known.has(id))
  expect(made).toHaveLength(1)
  expect(await lettersAbout(made[0]!.id)).toMatchObject([{ kind: 'notice' }])
})

test('a message by hand that is sent five times at once is one deposit, to which every press leads', async () => {
  const { addresses } = served.people
  const to = { email: addresses[patientBehind('patient', 'own') as 'patient'], name: 'Ada Lopez', check: 'none', language: 'en' }
  const words = { ...to, subject: 'Sent once', text: 'Walk every day.', replyAllowed: 'yes' }
  const answers = await sends('compose', 'provider', { id: '', attachment: '' }, words)
  expect(places(answers)).toHaveLength(1)
  const deposit = /^\/sent\/(dep_\w+)\?done=composed$/.exec(answers[0]!.location!)![1]!
  const messages = await served.people.world.parts.store.read(tx => tx.messages.ofDeposits([deposit]))
  expect(messages).toHaveLength(1)
  expect(await lettersAbout(messages[0]!.id)).toMatchObject([{ kind: 'notice' }])
})

test('other words in a form that was sent come back with the form, and one more press sends them, too', async () => {
  const thing = await thingsOf(served.people, 'begun')('otherPatient', 'own')
  const { token } = await served.people.credentials('otherPatient')
  const row = rowOf('POST', 'messages.$messageId.reply.check')
  const page = await served.ask(rowOf('GET', row.file), token, thing)
  const wordIn = (name: string, { body }: Asked) => new RegExp(`name="${name}" value="([^"]+)"`).exec(body)![1]!
  const send = (version: string, formId: string) => served.ask({ ...row, fields: { version, form_id: formId } }, token, thing)
  const written = rowOf('POST', 'messages.$messageId.reply._index')
  await send(thing.draft!, wordIn('form_id', page))
  await served.ask({ ...written, fields: { text: 'And one more thing' } }, token, thing)
  const other = await served.ask(rowOf('GET', row.file), token, thing)
  const back = await send(wordIn('version', other), wordIn('form_id', page))
  expect(back.status).toBe(422)
  expect(back.body).toContain('You sent this form before')
  expect(back.body).toContain('And one more thing')
  expect(wordIn('form_id', back)).not.toBe(wordIn('form_id', page))
  expect((await send(wordIn('version', back), wordIn('form_id', back))).status).toBe(303)
  expect(await inThread(thing.id)).toHaveLength(3)
})
