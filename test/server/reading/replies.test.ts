import { expect, test } from 'vitest'
import type { Asking } from '../../../server/asking.ts'
import { openMessage, viewMessage } from '../../../server/reading.ts'
import { answerReply, fetchReplyAttachment, listReplies, openReply, readReply, viewReply } from '../../../server/replies.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import type { ReplyView } from '../../../server/views.ts'
import { ADA, BEN, type Clinic, clinic, type DepositOrder, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const page = { limit: 50 }
const list = { name: 'list.txt', type: 'text/plain', bytes: new TextEncoder().encode('milk, bread') }

/** Ada was sent something and answered it. */
async function answered(of: Clinic, more: DepositOrder = {}, text = 'Thank you') {
  const [original] = await of.deposits(more)
  await openMessage(of.parts, of.ada, original!.id)
  of.clock.advance(1)
  const { id } = await reply(of.parts, of.ada, original!.id, { text, files: [list] })
  return { id, original: original! }
}

/** Opens and reads it: a provider in two steps, a system in one. */
async function reads({ parts }: Pick<Clinic, 'parts'>, asking: Asking, id: string): Promise<ReplyView> {
  if ('client' in asking) return readReply(parts, asking.client, id)
  await openReply(parts, asking.staff, id)
  const look = await viewReply(parts, asking.staff, id)
  if (look.kind === 'envelope') throw new Error('It is still closed.')
  return look.reply
}

/** What keeps them from opening it: the same as what keeps them from looking. */
async function refusedTo({ parts }: Clinic, asking: Asking, id: string) {
  if ('client' in asking) return refusalOf(readReply(parts, asking.client, id))
  const refused = await refusalOf(openReply(parts, asking.staff, id))
  expect(await refusalOf(viewReply(parts, asking.staff, id))).toEqual(refused)
  return refused
}

async function everyoneElse(of: Clinic): Promise<Asking[]> {
  const { north, south } = of
  return [{ staff: north.drReed }, { staff: south.drCole }, north.lab, south.lab]
}

test('until it is opened, its provider sees from whom, about what, when and how many files, and nothing of it is told', async () => {
  const of = await clinic()
  const { id, original } = await answered(of)
  const at = of.clock.advance(1_000)
  const before = await of.entryCount()
  for (let look = 0; look < 3; look++) {
    const { deposit, thread } = original
    const envelope = { id, deposit, thread, from: 'Ada Lopez', subject: 'Re: Result', isNew: true, attachmentCount: 1 }
    expect(await viewReply(of.parts, of.north.drCole, id)).toEqual({
      kind: 'envelope',
      envelope: { ...envelope, createdAt: at - 1_000 },
    })
  }
  expect(await of.message(id)).toMatchObject({ state: 'waiting', openedAt: null, revision: 1 })
  expect(await of.stagesOf(id)).toEqual([])
  expect(await of.entryCount()).toBe(before)
})

test('the first opening is told by state, receipt and entry, every look by an entry', async () => {
  const of = await clinic()
  const { id, original } = await answered(of)
  const { drCole } = of.north
  const at = of.clock.advance(1_000)
  await openReply(of.parts, drCole, id)
  await openReply(of.parts, drCole, id)
  expect(await viewReply(of.parts, drCole, id)).toMatchObject({
    kind: 'reply',
    reply: {
      id,
      deposit: original.deposit,
      thread: original.thread,
      from: 'Ada Lopez',
      fromAddress: ADA.email,
      subject: 'Re: Result',
      text: 'Thank you',
      isNew: false,
      attachments: [{ name: 'list.txt', type: 'text/plain' }],
    },
  })
  await viewReply(of.parts, drCole, id)
  expect(await of.message(id)).toMatchObject({ state: 'opened', openedAt: at, revision: 2 })
  expect(await of.stagesOf(id)).toEqual(['opened'])
  const actor = { kind: 'staff', id: drCole.person.id }
  expect(await of.entriesOf(id)).toMatchObject([
    { action: 'message.replied', revision: 1 },
    { action: 'message.opened', revision: 2, actor, level: 'full', method: 'passkey' },
    { action: 'message.viewed', revision: null, actor },
    { action: 'message.viewed', revision: null, actor },
  ])
})

test('when the trail cannot be written, a reply stays unopened and unread', async () => {
  const of = await clinic()
  const { drCole, lab } = of.north
  const { id } = await answered(of)
  const toLab = await answered(of, { by: lab })
  const parts = { ...of.parts, store: withoutTrail(of.store) }
  await expect(openReply(parts, drCole, id)).rejects.toThrow('no space left')
  await expect(readReply(parts, lab.client, toLab.id)).rejects.toThrow('no space left')
  for (const reply of [id, toLab.id]) expect(await of.message(reply)).toMatchObject({ state: 'waiting', revision: 1 })
  await openReply(of.parts, drCole, id)
  await expect(viewReply(parts, drCole, id)).rejects.toThrow('no space left')
})

test('lists hold the answers to one’s own deposits, in the order that is asked for', async () => {
  const of = await clinic()
  const first = await answered(of)
  of.clock.advance(1_000)
  const second = await answered(of, { message: { subject: 'Plan' } })
  const toLab = await answered(of, { by: of.north.lab })
  const drCole = { staff: of.north.drCole }
  await openReply(of.parts, of.north.drCole, first.id)
  expect(await listReplies(of.parts, drCole, page, 'newest')).toMatchObject([
    { id: second.id, subject: 'Re: Plan', from: 'Ada Lopez', isNew: true, attachmentCount: 1 },
    { id: first.id, subject: 'Re: Result', isNew: false },
  ])
  expect((await listReplies(of.parts, drCole, { limit: 1 }, 'oldest')).map(line => line.id)).toEqual([first.id])
  expect((await listReplies(of.parts, drCole, { after: first.id, limit: 1 }, 'oldest')).map(line => line.id)).toEqual([second.id])
  expect((await listReplies(of.parts, of.north.lab, page, 'newest')).map(line => line.id)).toEqual([toLab.id])
})

test('listing opens nothing', async () => {
  const of = await clinic()
  const { id } = await answered(of)
  await listReplies(of.parts, { staff: of.north.drCole }, page, 'newest')
  expect(await of.message(id)).toMatchObject({ state: 'waiting' })
})

test('a system opens and reads the answers to its own deposits in one go, and is named in the trail', async () => {
  const of = await clinic()
  const { id } = await answered(of, { by: of.north.lab })
  const { client } = of.north.lab
  for (let look = 0; look < 2; look++)
    expect(await readReply(of.parts, client, id)).toMatchObject({ text: 'Thank you', isNew: false, earlier: [{ text: null }] })
  const actor = { kind: 'client', id: client.client.id }
  expect(await of.entriesOf(id)).toMatchObject([
    { action: 'message.replied' },
    { action: 'message.opened', revision: 2, actor },
    { action: 'message.viewed', actor },
  ])
  expect(await of.stagesOf(id)).toEqual(['opened'])
})

test("a colleague's, another organization's, a message that is no reply and one that never was are refused alike", async () => {
  const of = await clinic()
  const { id, original } = await answered(of)
  const never = await refusedTo(of, { staff: of.north.drCole }, 'msg_never')
  expect(never.code).toBe('not_found')
  expect(await refusedTo(of, { staff: of.north.drCole }, original.id)).toEqual(never)
  for (const asking of await everyoneElse(of)) {
    expect(await refusedTo(of, asking, id)).toEqual(never)
    expect(await listReplies(of.parts, asking, page, 'newest')).toEqual([])
  }
  expect(await of.message(id)).toMatchObject({ state: 'waiting', revision: 1 })
})

test('administrators and compliance officers have no permission on content; a system needs the scope', async () => {
  const of = await clinic()
  const { id } = await answered(of, { by: of.north.lab })
  const { officer, administrator, lab } = of.north
  const narrow = { client: { ...lab.client, scopes: ['deposit', 'read', 'retract'] as const } }
  for (const asking of [
    { staff: officer },
    { staff: administrator },
    { client: { ...narrow.client, scopes: [...narrow.client.scopes] } },
  ]) {
    expect(await refusedTo(of, asking, id)).toMatchObject({ code: 'forbidden' })
    expect(await refusalOf(listReplies(of.parts, asking, page, 'newest'))).toMatchObject({ code: 'forbidden' })
    expect(await refusalOf(fetchReplyAttachment(of.parts, asking, id, 'att_never'))).toMatchObject({ code: 'forbidden' })
  }
  expect(await refusedTo(of, { staff: onlyMailbox(of.north.drCole) }, id)).toMatchObject({
    code: 'sign_in_required',
  })
})

test('a patient is no member of staff, whatever is claimed', async () => {
  const of = await clinic()
  const { id } = await answered(of)
  const asking = { staff: of.ada as never }
  expect(await refusedTo(of, asking, id)).toMatchObject({ code: 'forbidden' })
})

test('a file of an opened reply can be fetched, with receipt and entry; before that there is none', async () => {
  const of = await clinic()
  const { id } = await answered(of)
  const asking = { staff: of.north.drCole }
  const [attachment] = await of.store.read(tx => tx.attachments.ofMessage(id))
  expect(await refusalOf(fetchReplyAttachment(of.parts, asking, id, attachment!.id))).toMatchObject({ code: 'not_found' })
  await openReply(of.parts, of.north.drCole, id)
  const { content } = await fetchReplyAttachment(of.parts, asking, id, attachment!.id)
  expect(await of.stagesOf(id)).toEqual(['opened', 'attachment_fetched'])
  expect((await of.entriesOf(id)).at(-1)).toMatchObject({ action: 'attachment.fetched', detail: { attachment: attachment!.id } })
  let bytes = Buffer.alloc(0)
  for await (const piece of content) bytes = Buffer.concat([bytes, piece])
  expect(bytes.equals(list.bytes)).toBe(true)
})

test("a file of another reply, or of somebody else's, is refused like none", async () => {
  const of = await clinic()
  const one = await answered(of)
  const other = await answered(of)
  const asking = { staff: of.north.drCole }
  for (const { id } of [one, other]) await openReply(of.parts, of.north.drCole, id)
  const [attachment] = await of.store.read(tx => tx.attachments.ofMessage(other.id))
  const never = await refusalOf(fetchReplyAttachment(of.parts, asking, one.id, 'att_never'))
  expect(await refusalOf(fetchReplyAttachment(of.parts, asking, one.id, attachment!.id))).toMatchObject({ code: never.code })
  for (const stranger of await everyoneElse(of)) {
    expect(await refusalOf(fetchReplyAttachment(of.parts, stranger, other.id, attachment!.id))).toMatchObject({
      code: 'not_found',
    })
  }
})

test('the conversation shows what was sent and opened before, and each text that is shown is in the trail', async () => {
  const of = await clinic()
  const { id, original } = await answered(of)
  of.clock.advance(1_000)
  const unread = await reply(of.parts, of.ada, original.id, { text: 'Not yet opened', files: [] })
  const { earlier } = await reads(of, { staff: of.north.drCole }, id)
  expect(earlier).toMatchObject([
    { id: original.id, direction: 'to_recipient', text: 'All is well.' },
    { id: unread.id, direction: 'reply', from: 'Ada Lopez', text: null },
  ])
  const looks = async (object: string) => (await of.entriesOf(object)).filter(entry => entry.action === 'message.viewed').length
  expect([await looks(original.id), await looks(unread.id)]).toEqual([1, 0])
  expect(await of.message(unread.id)).toMatchObject({ state: 'waiting' })
})

test('what was taken back is not told again by the conversation', async () => {
  const of = await clinic()
  const { id, original } = await answered(of)
  await retract(of.parts, { staff: of.north.drCole }, original.deposit, { reason: 'other' })
  expect((await reads(of, { staff: of.north.drCole }, id)).earlier).toMatchObject([{ id: original.id, text: null }])
})

test('one deposit to two people is two conversations', async () => {
  const of = await clinic()
  const [first, second] = await of.deposits({ to: [ADA, BEN] })
  const [adas, bens] = first!.recipient === of.ada.person.id ? [first!, second!] : [second!, first!]
  await openMessage(of.parts, of.ada, adas.id)
  await openMessage(of.parts, of.ben, bens.id)
  const fromAda = await reply(of.parts, of.ada, adas.id, { text: 'Ada here', files: [] })
  await reply(of.parts, of.ben, bens.id, { text: 'Ben here', files: [] })
  const { earlier } = await reads(of, { staff: of.north.drCole }, fromAda.id)
  expect(earlier.map(message => message.id)).toEqual([adas.id])
})

test('an answer to a reply is a new deposit in the same thread, to the same person, kept by the same rule', async () => {
  const of = await clinic()
  const { id, original } = await answered(of, { retention: 'administrative', confidential: true })
  const { id: deposit } = await answerReply(of.parts, of.north.drCole, id, { text: 'You are welcome', files: [list] })
  const [message, ...others] = await of.store.read(tx => tx.messages.ofDeposits([deposit]))
  expect(others).toEqual([])
  expect(message).toMatchObject({
    thread: original.thread,
    inReplyTo: id,
    recipient: of.ada.person.id,
    direction: 'to_recipient',
    state: 'waiting',
    replyAllowed: true,
    confidential: true,
    attachmentCount: 1,
  })
  expect((await of.store.read(tx => tx.deposits.find(deposit)))?.retention).toBe('administrative')
  expect(await of.lettersAbout(message!.id)).toMatchObject([{ kind: 'notice' }])
  await openMessage(of.parts, of.ada, message!.id)
  expect(await viewMessage(of.parts, of.ada, message!.id)).toMatchObject({
    body: { subject: 'Re: Result', text: 'You are welcome' },
    frame: { from: 'Dr. Cole' },
  })
})

test('nobody else answers a reply, and an empty answer is refused', async () => {
  const of = await clinic()
  const { id } = await answered(of)
  const answer = { text: 'You are welcome', files: [] }
  const never = await refusalOf(answerReply(of.parts, of.north.drCole, 'msg_never', answer))
  expect(await refusalOf(answerReply(of.parts, of.north.drReed, id, answer))).toEqual(never)
  expect(await refusalOf(answerReply(of.parts, of.south.drCole, id, answer))).toEqual(never)
  expect(await refusalOf(answerReply(of.parts, of.north.officer, id, answer))).toMatchObject({ code: 'forbidden' })
  expect(await refusalOf(answerReply(of.parts, onlyMailbox(of.north.drCole), id, answer))).toMatchObject({
    code: 'sign_in_required',
  })
  expect(await refusalOf(answerReply(of.parts, of.north.drCole, id, { text: '', files: [] }))).toMatchObject({ code: 'invalid' })
})
