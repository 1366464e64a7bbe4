import { expect, test } from 'vitest'
import { committedText } from '../../../server/deposit-content.ts'
import { newSecret } from '../../../server/ids.ts'
import { openMessage } from '../../../server/reading.ts'
import { listReplies } from '../../../server/replies.ts'
import { reply } from '../../../server/reply.ts'
import { addYears } from '../../../server/retention.ts'
import { retract } from '../../../server/retraction.ts'
import { commitmentHolds } from '../../../server/trail/entry.ts'
import { BEN, type Clinic, clinic, type DepositOrder, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

async function opened(of: Clinic, more: DepositOrder = {}) {
  const [one] = await of.deposits(more)
  await openMessage(of.parts, of.ada, one!.id)
  return one!
}

const thanks = { text: 'Thank you', files: [] }
const file = (name: string, words: string) => ({ name, type: 'image/png', bytes: new TextEncoder().encode(words) })

test('an answer goes the other way in the same thread, sealed like any message', async () => {
  const of = await clinic()
  const original = await opened(of, { retention: 'administrative', confidential: true })
  const at = of.clock.advance(1_000)
  const { id } = await reply(of.parts, of.ada, original.id, { text: 'Thank you', files: [file('list.txt', 'milk')] })
  expect(await of.message(id)).toMatchObject({
    direction: 'reply',
    deposit: original.deposit,
    thread: original.thread,
    recipient: of.ada.person.id,
    sender: original.sender,
    inReplyTo: original.id,
    state: 'waiting',
    replyAllowed: false,
    confidential: true,
    attachmentCount: 1,
    createdAt: at,
    // By the rule of what it answers, from its own day; the clinic reads it for as long as it is kept.
    retainUntil: addYears(at, 6),
    expiresAt: addYears(at, 6),
  })
  const content = await of.store.read(async tx => tx.messages.content((await tx.messages.find(id))!))
  expect(content).toMatchObject({
    subject: 'Re: Result',
    from: { name: 'Ada Lopez', email: 'ada@example.com' },
    text: 'Thank you',
    html: null,
  })
  const [attachment] = await of.store.read(tx => tx.attachments.ofMessage(id))
  expect(attachment).toMatchObject({ name: 'list.txt', type: 'text/plain', size: 4, recipient: of.ada.person.id })
})

test('it leaves a receipt on what it answers, and an entry that is bound to its content', async () => {
  const of = await clinic()
  const original = await opened(of)
  const { id } = await reply(of.parts, of.ada, original.id, thanks)
  expect(await of.stagesOf(original.id)).toEqual(['opened', 'replied'])
  const [entry, ...more] = await of.entriesOf(id)
  expect(more).toEqual([])
  expect(entry).toMatchObject({
    action: 'message.replied',
    revision: 1,
    detail: { answers: original.id, attachments: 0 },
    actor: { kind: 'recipient', id: of.ada.person.id },
    level: 'full',
    method: 'passkey',
  })
  const { commitmentSalt, ...content } = await of.store.read(async tx => tx.messages.content((await tx.messages.find(id))!))
  const salt = Buffer.from(commitmentSalt!, 'base64url')
  expect(commitmentHolds(entry!.commitments!.content!, salt, committedText(content, []))).toBe(true)
  expect(commitmentHolds(entry!.commitments!.content!, salt, committedText({ ...content, text: 'No' }, []))).toBe(false)
})

test('the member of staff who wrote is told by a letter without content, at once', async () => {
  const of = await clinic()
  const original = await opened(of)
  const woken = of.woken()
  const { id } = await reply(of.parts, of.ada, original.id, thanks)
  expect(of.woken()).toBe(woken + 1)
  expect(await of.lettersAbout(id)).toMatchObject([{ kind: 'reply_waiting', state: 'queued' }])
  const { content } = await of.store.read(async tx => (await tx.outbox.find((await tx.outbox.ofMessages([id]))[0]!.id))!)
  expect(content.to).toBe('dr.cole@north-clinic.example.com')
  expect(content.values).toEqual({ reply: id, organization: 'North Clinic' })
})

test('a system is not written to, and neither is somebody whose account is disabled; the answer is there all the same', async () => {
  const of = await clinic()
  const fromSystem = await opened(of, { by: of.north.lab })
  const one = await reply(of.parts, of.ada, fromSystem.id, thanks)
  const fromStaff = await opened(of)
  await of.store.transaction(tx => tx.staff.disable(of.north.drCole.person.id, of.clock.read()))
  const other = await reply(of.parts, of.ada, fromStaff.id, thanks)
  for (const { id } of [one, other]) {
    expect(await of.lettersAbout(id)).toEqual([])
    expect(await of.message(id)).toMatchObject({ state: 'waiting' })
  }
  expect(await listReplies(of.parts, of.north.lab, { limit: 50 }, 'newest')).toMatchObject([{ id: one.id }])
})

test('one message can be answered more than once, and each answer tells its time', async () => {
  const of = await clinic()
  const original = await opened(of)
  await reply(of.parts, of.ada, original.id, thanks)
  of.clock.advance(60_000)
  await reply(of.parts, of.ada, original.id, { ...thanks, text: 'And one more thing' })
  expect(await of.stagesOf(original.id)).toEqual(['opened', 'replied', 'replied'])
})

test('a form that is sent five times at once makes one answer, one receipt and one letter', async () => {
  const of = await clinic()
  const original = await opened(of)
  const woken = of.woken()
  const form = { formId: newSecret() }
  const written = { text: 'Thank you', files: [file('list.txt', 'milk')] }
  const sent = await Promise.all(Array.from({ length: 5 }, () => reply(of.parts, of.ada, original.id, written, form)))
  const again = await reply(of.parts, of.ada, original.id, written, form)
  expect(new Set([...sent, again].map(({ id }) => id)).size).toBe(1)
  expect(await of.store.read(tx => tx.messages.ofThread(original.thread))).toHaveLength(2)
  expect(await of.stagesOf(original.id)).toEqual(['opened', 'replied'])
  expect(await of.lettersAbout(again.id)).toHaveLength(1)
  expect(await of.entriesOf(again.id)).toHaveLength(1)
  expect(of.woken()).toBe(woken + 1)
})

test('a form that comes again with other words or another file is refused, so that nothing is lost unseen', async () => {
  const of = await clinic()
  const original = await opened(of)
  const form = { formId: newSecret() }
  const written = { text: 'Thank you', files: [file('list.txt', 'milk')] }
  await reply(of.parts, of.ada, original.id, written, form)
  for (const other of [
    { ...written, text: 'No' },
    { ...written, files: [file('list.txt', 'bread')] },
    { ...written, files: [] },
  ])
    expect(await refusalOf(reply(of.parts, of.ada, original.id, other, form))).toMatchObject({ code: 'idempotency_key_reused' })
  expect(await of.stagesOf(original.id)).toEqual(['opened', 'replied'])
})

test('the word of a form counts for one person and one message, and a form without one acts every time', async () => {
  const of = await clinic()
  const [one, other] = [await opened(of), await opened(of)]
  const [bens] = await of.deposits({ to: [BEN] })
  await openMessage(of.parts, of.ben, bens!.id)
  const form = { formId: newSecret() }
  const sent = [
    await reply(of.parts, of.ada, one.id, thanks, form),
    await reply(of.parts, of.ada, other.id, thanks, form),
    await reply(of.parts, of.ben, bens!.id, thanks, form),
    await reply(of.parts, of.ada, one.id, thanks, { formId: '' }),
    await reply(of.parts, of.ada, one.id, thanks),
  ]
  expect(new Set(sent.map(({ id }) => id)).size).toBe(5)
})

test('a form that was refused can be sent again', async () => {
  const of = await clinic()
  const original = await opened(of)
  const form = { formId: newSecret() }
  expect(await refusalOf(reply(of.parts, of.ada, original.id, { ...thanks, text: '' }, form))).toMatchObject({ code: 'invalid' })
  await expect(reply({ ...of.parts, store: withoutTrail(of.store) }, of.ada, original.id, thanks, form)).rejects.toThrow()
  expect(await reply(of.parts, of.ada, original.id, thanks, form)).toEqual({ id: expect.stringMatching(/^msg_/) })
})

test('what is not opened, not theirs, hidden or their own answer is refused like what never was', async () => {
  const of = await clinic()
  const original = await opened(of)
  const mine = await reply(of.parts, of.ada, original.id, thanks)
  const [waiting] = await of.deposits()
  const [bens] = await of.deposits({ to: [BEN] })
  await openMessage(of.parts, of.ben, bens!.id)
  const never = await refusalOf(reply(of.parts, of.ada, 'msg_never', thanks))
  expect(never.code).toBe('not_found')
  for (const id of [waiting!.id, bens!.id, mine.id]) expect(await refusalOf(reply(of.parts, of.ada, id, thanks))).toEqual(never)
})

test('expired, taken back, or where the sender takes no answers, it is refused plainly', async () => {
  const of = await clinic()
  const silent = await opened(of, { replyAllowed: false })
  expect(await refusalOf(reply(of.parts, of.ada, silent.id, thanks))).toMatchObject({ code: 'forbidden' })
  const original = await opened(of)
  const now = of.clock.read()
  of.clock.set(original.expiresAt)
  expect(await refusalOf(reply(of.parts, of.ada, original.id, thanks))).toMatchObject({ code: 'expired' })
  of.clock.set(now)
  await retract(of.parts, { staff: of.north.drCole }, original.deposit, { reason: 'other' })
  expect(await refusalOf(reply(of.parts, of.ada, original.id, thanks))).toMatchObject({ code: 'retracted' })
  expect(await of.stagesOf(original.id)).toEqual(['opened'])
})

test('an empty answer is refused before anything is looked up', async () => {
  const of = await clinic()
  expect(await refusalOf(reply(of.parts, of.ada, 'msg_never', { text: ' ', files: [] }))).toMatchObject({ code: 'invalid' })
})

test('half a sign-in answers nothing', async () => {
  const of = await clinic()
  const original = await opened(of)
  expect(await refusalOf(reply(of.parts, onlyMailbox(of.ada), original.id, thanks))).toMatchObject({ code: 'sign_in_required' })
})

test('when the trail cannot be written there is no answer, no receipt, no letter', async () => {
  const of = await clinic()
  const original = await opened(of)
  const woken = of.woken()
  await expect(reply({ ...of.parts, store: withoutTrail(of.store) }, of.ada, original.id, thanks)).rejects.toThrow(
    'no space left',
  )
  expect(await of.store.read(tx => tx.messages.ofThread(original.thread))).toHaveLength(1)
  expect(await of.stagesOf(original.id)).toEqual(['opened'])
  expect(of.woken()).toBe(woken)
})
