import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { askForMoreTime } from '../../../server/more-time.ts'
import { notForMe } from '../../../server/not-for-me.ts'
import { openMessage, viewMessage } from '../../../server/reading.ts'
import { answerReply } from '../../../server/replies.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import type { Store, Tx } from '../../../server/store.ts'
import { PORTAL_ACTOR, record } from '../../../server/trail/entry.ts'
import { ADA, BEN, type Clinic, clinic, instead, justAfter, justBefore, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const SECRET = 'The canary sings at dawn.'

/** The same store, which notes when content is opened. */
function watched(store: Store): { store: Store; opened: string[] } {
  const opened: string[] = []
  const watching = (tx: Tx): Tx =>
    instead(tx, {
      messages: {
        ...tx.messages,
        content: message => {
          opened.push(message.id)
          return tx.messages.content(message)
        },
      },
    })
  return {
    store: {
      ...store,
      read: work => store.read(tx => work(watching(tx))),
      transaction: (work, precedence) => store.transaction(tx => work(watching(tx)), precedence),
    },
    opened,
  }
}

async function openedMessage(of: Clinic, more: Parameters<Clinic['deposits']>[0] = {}) {
  const [one] = await of.deposits({ ...more, message: { text: SECRET, ...more.message } })
  await openMessage(of.parts, of.ada, one!.id)
  return one!
}

const takesBack = (of: Clinic, deposit: string, tellRecipient = true) =>
  retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other', tellRecipient })

test('looking at an unopened message shows its envelope; no content is opened and nothing is written', async () => {
  const { parts, store, ada, sends, message, entryCount } = await clinic()
  const id = await sends('Result', { message: { from: { name: 'Dr. Cole' } } })
  const before = [await message(id), await entryCount()]
  const watching = watched(store)
  for (let i = 0; i < 3; i++) {
    expect(await viewMessage({ ...parts, store: watching.store }, ada, id)).toMatchObject({
      kind: 'envelope',
      frame: { from: 'Dr. Cole', forWhom: 'Ada Lopez', organization: 'North Clinic', phone: '+1 555 0100' },
      needsConfirmation: null,
    })
  }
  expect(watching.opened).toEqual([])
  expect([await message(id), await entryCount()]).toEqual(before)
  expect(JSON.stringify(await viewMessage(parts, ada, id))).not.toContain('Result')
})

test('an opened message is shown whole, and each look is in the trail', async () => {
  const of = await clinic()
  const from = { name: 'Dr. Cole', email: 'cole@north.example.com' }
  const bytes = new TextEncoder().encode('one two')
  const attachments = [{ name: 'plan.txt', type: 'text/html', bytes }]
  const { id } = await openedMessage(of, { message: { from, html: '<p>Hello</p>', attachments } })
  const view = await viewMessage(of.parts, of.ada, id)
  await viewMessage(of.parts, of.ada, id)
  expect(view).toMatchObject({
    kind: 'message',
    body: {
      subject: 'Result',
      text: SECRET,
      html: '<p>Hello</p>',
      language: 'en',
      fromAddress: 'cole@north.example.com',
      openedAt: of.clock.read(),
      direction: 'to_recipient',
      replyAllowed: true,
      attachments: [{ name: 'plan.txt', type: 'text/plain', size: bytes.length }],
      thread: [],
    },
  })
  const looks = (await of.entriesOf(id)).filter(entry => entry.action === 'message.viewed')
  expect(looks).toHaveLength(2)
  expect(looks[0]).toMatchObject({ actor: { kind: 'recipient', id: of.ada.person.id }, level: 'full', revision: null })
})

test('what a view holds could cross to another thread', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  const view = await viewMessage(of.parts, of.ada, id)
  expect(structuredClone(view)).toEqual(view)
})

test('when the trail cannot be written, nothing is shown and no content is even opened', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  const watching = watched(of.store)
  const store = withoutTrail(watching.store)
  await expect(viewMessage({ ...of.parts, store }, of.ada, id)).rejects.toThrow('no space left')
  expect(watching.opened).toEqual([])
})

test('what was opened for a look that could not be kept is not handed out', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  const { store, opened } = watched(of.store)
  const failing: Store = {
    ...store,
    transaction: work =>
      store.transaction(async tx => {
        await work(tx)
        throw new Error('the disk is full')
      }),
  }
  await expect(viewMessage({ ...of.parts, store: failing }, of.ada, id)).rejects.toThrow('the disk is full')
  expect(opened).toEqual([id])
  expect((await of.entriesOf(id)).map(({ action }) => action)).not.toContain('message.viewed')
})

test('the content comes after its entry is durable', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  const told: string[] = []
  const store = justAfter(of.store, async () => {
    const looks = (await of.entriesOf(id)).filter(entry => entry.action === 'message.viewed')
    told.push(`${looks.length} in the trail`)
  })
  await viewMessage({ ...of.parts, store }, of.ada, id).then(({ kind }) => told.push(kind))
  expect(told).toEqual(['1 in the trail', 'message'])
})

test('taken back before its look was written, the reader sees that and no content', async () => {
  const of = await clinic()
  const { id, deposit } = await openedMessage(of)
  const { store, opened } = watched(of.store)
  const parts = { ...of.parts, store: justBefore(store, () => takesBack(of, deposit)) }
  expect(await viewMessage(parts, of.ada, id)).toMatchObject({ kind: 'retracted' })
  expect(opened).toEqual([])
  expect((await of.entriesOf(id)).map(({ action }) => action)).not.toContain('message.viewed')
})

test('taken back after its look was written, it was seen, and the trail says in which order', async () => {
  const of = await clinic()
  const { id, deposit } = await openedMessage(of)
  const parts = { ...of.parts, store: justAfter(of.store, () => takesBack(of, deposit)) }
  expect(await viewMessage(parts, of.ada, id)).toMatchObject({ kind: 'message' })
  const told = (await of.entriesOf(id)).map(({ action }) => action)
  expect(told.filter(action => /viewed|retracted/.test(action))).toEqual(['message.viewed', 'message.retracted'])
  expect(await viewMessage(of.parts, of.ada, id)).toMatchObject({ kind: 'retracted' })
})

test('a withdrawn message leaves a tombstone that names the organization alone', async () => {
  const of = await clinic()
  const { id, deposit } = await openedMessage(of, { message: { from: { name: 'Dr. Cole, Oncology' } } })
  const at = of.clock.advance(5_000)
  await takesBack(of, deposit)
  const view = await viewMessage(of.parts, of.ada, id)
  expect(view).toMatchObject({
    kind: 'retracted',
    retractedAt: at,
    frame: { from: 'North Clinic', organization: 'North Clinic' },
  })
  for (const word of ['Result', 'Oncology', SECRET]) expect(JSON.stringify(view)).not.toContain(word)
})

test('withdrawn without telling, it is simply not there', async () => {
  const of = await clinic()
  const { id, deposit } = await openedMessage(of)
  await takesBack(of, deposit, false)
  expect(await refusalOf(viewMessage(of.parts, of.ada, id))).toEqual(await refusalOf(viewMessage(of.parts, of.ada, 'msg_never')))
})

test('an expired message shows until when it could be read, and whether more time was asked for; no sweep is needed', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  const { expiresAt } = await of.message(id)
  of.clock.set(expiresAt)
  expect(await viewMessage(of.parts, of.ada, id)).toMatchObject({ kind: 'expired', frame: { expiresAt }, moreTimeAskedAt: null })
  await askForMoreTime(of.parts, of.ada, id)
  const view = await viewMessage(of.parts, of.ada, id)
  expect(view).toMatchObject({ kind: 'expired', moreTimeAskedAt: expiresAt })
  expect(JSON.stringify(view)).not.toContain('Result')
})

test('a disposed message is gone, and says nothing of who wrote it', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of, { message: { from: { name: 'Dr. Cole, Oncology' } } })
  await of.store.transaction(async tx => {
    const disposed = await tx.messages.transition(id, ['opened'], 'disposed', { at: of.clock.read() })
    const { organization, revision } = disposed!
    await record(tx, of.clock.read(), { organization, actor: PORTAL_ACTOR, action: 'message.expired', object: id, revision })
  })
  expect(await viewMessage(of.parts, of.ada, id)).toMatchObject({ kind: 'gone', frame: { from: 'North Clinic' } })
  expect(await refusalOf(openMessage(of.parts, of.ada, id))).toMatchObject({ code: 'gone' })
})

test("somebody else's message, a hidden one and one that never was are refused alike", async () => {
  const of = await clinic()
  const [bens] = await of.deposits({ to: [BEN] })
  const { id } = await openedMessage(of)
  await notForMe(of.parts, of.ada, id, { knowsThem: false, mayContact: false })
  const never = await refusalOf(viewMessage(of.parts, of.ada, 'msg_never'))
  expect(never.code).toBe('not_found')
  expect(await refusalOf(viewMessage(of.parts, of.ada, bens!.id))).toEqual(never)
  expect(await refusalOf(viewMessage(of.parts, of.ada, id))).toEqual(never)
})

test('below two factors nothing is shown, not even an envelope', async () => {
  const { parts, ada, sends } = await clinic()
  const id = await sends('Result')
  expect(await refusalOf(viewMessage(parts, onlyMailbox(ada), id))).toMatchObject({ code: 'sign_in_required' })
})

test('one deposit to two people is one thread, in which neither sees the other', async () => {
  const of = await clinic()
  const [first, second] = await of.deposits({ to: [ADA, BEN] })
  const [adas, bens] = first!.recipient === of.ada.person.id ? [first!, second!] : [second!, first!]
  await openMessage(of.parts, of.ada, adas.id)
  await openMessage(of.parts, of.ben, bens.id)
  await reply(of.parts, of.ben, bens.id, { text: 'What Ben answered', files: [] })
  expect(await viewMessage(of.parts, of.ada, adas.id)).toMatchObject({ body: { thread: [] } })
  expect(await viewMessage(of.parts, of.ben, bens.id)).toMatchObject({ body: { thread: [{ direction: 'reply' }] } })
})

test('a conversation is told in order: what is readable, what waits, what the reader wrote', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  of.clock.advance(1)
  const mine = await reply(of.parts, of.ada, id, { text: 'Thank you', files: [] })
  await answerReply(of.parts, of.north.drCole, mine.id, { text: 'You are welcome', files: [] })
  const view = await viewMessage(of.parts, of.ada, mine.id)
  expect(view).toMatchObject({ kind: 'message', body: { direction: 'reply', text: 'Thank you', subject: 'Re: Result' } })
  expect(view).toMatchObject({
    body: {
      thread: [
        { id, subject: 'Result', state: 'opened', isNew: false },
        { subject: 'Re: Result', state: 'waiting', isNew: true, from: 'Dr. Cole' },
      ],
    },
  })
})

test('when the message is taken back, the subject in its answer is covered too', async () => {
  const of = await clinic()
  const { id, deposit } = await openedMessage(of)
  const mine = await reply(of.parts, of.ada, id, { text: 'Thank you', files: [] })
  await takesBack(of, deposit)
  expect(await viewMessage(of.parts, of.ada, mine.id)).toMatchObject({
    body: { subject: 'Re: …', text: 'Thank you', thread: [] },
  })
})

test.each(['state', 'recipient', 'expires_at', 'revision'])(
  'a row whose %s was changed by hand is refused, and no content shown',
  async column => {
    const of = await clinic()
    const [bens] = await of.deposits({ to: [BEN] })
    const { id } = await openedMessage(of)
    const value = { state: 'waiting', recipient: of.ada.person.id, expires_at: of.clock.read() + 1e12, revision: 7 }[column]
    const database = new Database(of.storage.file)
    const target = column === 'recipient' ? bens!.id : id
    database.prepare(`update messages set ${column} = ? where id = ?`).run(value, target)
    database.close()
    expect(await refusalOf(viewMessage(of.parts, of.ada, target))).toMatchObject({ code: 'tampered' })
  },
)

test('content that was changed by hand is refused', async () => {
  const of = await clinic()
  const { id } = await openedMessage(of)
  const database = new Database(of.storage.file)
  const { sealed } = database.prepare(`select sealed from sealed_parts where owner = ? and part = 'body'`).get(id) as {
    sealed: Buffer
  }
  sealed[sealed.length - 1]! ^= 1
  database.prepare(`update sealed_parts set sealed = ? where owner = ? and part = 'body'`).run(sealed, id)
  database.close()
  const refusal = await refusalOf(viewMessage(of.parts, of.ada, id))
  expect(refusal).toMatchObject({ code: 'tampered' })
  expect(JSON.stringify(refusal)).not.toContain('canary')
})
