import { expect, test } from 'vitest'
import { forgetDraft, forgetDrafts, listDrafts, saveDraft, viewAnswer } from '../../../server/drafting.ts'
import { keepWords } from '../../../server/kept-words.ts'
import { notForMe } from '../../../server/not-for-me.ts'
import { openMessage } from '../../../server/reading.ts'
import { sendDraft } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import { days, hours } from '../../../server/time.ts'
import { longestRowPutInOrder, MARKS } from '../../support/put-in-order.ts'
import { BEN, type Clinic, clinic, type DepositOrder, onlyMailbox, refusalOf } from './clinic.ts'

async function opened(of: Clinic, more: DepositOrder = {}) {
  const [one] = await of.deposits(more)
  await openMessage(of.parts, of.ada, one!.id)
  return one!
}

const nothing = { version: null, files: [], removed: [] }
const words = (text: string, version: string | null = null) => ({ ...nothing, text, version })
const file = (name: string, content: string) => ({ name, type: '', bytes: new TextEncoder().encode(content) })
const quiet = () => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

/** A message that Ada has begun to answer, with a file. */
async function begun(of: Clinic, more: DepositOrder = {}) {
  const message = await opened(of, more)
  const change = { ...words('Thank you. May I'), files: [file('diary.txt', 'Monday: well.')] }
  return { message, draft: await saveDraft(of.parts, of.ada, message.id, change) }
}
const draftOf = async (of: Clinic, id: string) => (await viewAnswer(of.parts, of.ada, id)).draft

test('what was begun comes back with its files, and leaves nothing in the trail', async () => {
  const of = await clinic()
  const message = await opened(of)
  const entries = await of.entryCount()
  const at = of.clock.advance(1_000)
  const change = { ...words('Thank you.\r\nMay I'), files: [file('diary.txt', 'Monday: well.')] }
  const saved = await saveDraft(of.parts, of.ada, message.id, change)
  expect(saved).toMatchObject({ text: 'Thank you.\nMay I', savedAt: at, keptUntil: at + days(30), aside: null })
  expect(saved.files).toMatchObject([{ name: 'diary.txt', type: 'text/plain', size: 13 }])
  expect(await draftOf(of, message.id)).toEqual(saved)
  expect(await listDrafts(of.parts, of.ada)).toEqual([{ message: message.id, subject: 'Result', savedAt: at }])
  expect(await of.entryCount()).toBe(entries)
})

test('is sent exactly as it was shown, once, and then nothing is left of it', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  const shown = { version: draft.version, files: draft.files.map(({ id }) => id) }
  const form = { formId: 'word of the form' }
  const send = () => sendDraft(of.parts, of.ada, message.id, shown, form)
  const sent = await Promise.all([send(), send(), send()])
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1)
  expect(await send()).toEqual(sent[0])
  expect(await of.stagesOf(message.id)).toEqual(['opened', 'replied'])
  const content = await of.store.read(async tx => tx.messages.content((await tx.messages.find(sent[0]!.id))!))
  expect(content.text).toBe('Thank you. May I')
  const [attachment] = await of.store.read(tx => tx.attachments.ofMessage(sent[0]!.id))
  const read: Uint8Array[] = []
  for await (const chunk of of.store.attachmentContent(attachment!)) read.push(chunk)
  expect([attachment!.name, Buffer.concat(read).toString()]).toEqual(['diary.txt', 'Monday: well.'])
  expect(await draftOf(of, message.id)).toBeNull()
  expect(await listDrafts(of.parts, of.ada)).toEqual([])
})

test('is not sent when it was changed since it was shown: words, or files', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  const shown = { version: draft.version, files: draft.files.map(({ id }) => id) }
  expect(await refusalOf(sendDraft(of.parts, of.ada, message.id, { ...shown, files: [] }))).toMatchObject({ code: 'conflict' })
  await saveDraft(of.parts, of.ada, message.id, words('Thank you. May I swim?', draft.version))
  expect(await refusalOf(sendDraft(of.parts, of.ada, message.id, shown))).toMatchObject({ code: 'conflict' })
  expect(await of.stagesOf(message.id)).toEqual(['opened'])
})

test('what another window has saved since is not written over, and files that come with it are kept', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  await saveDraft(of.parts, of.ada, message.id, words('From the phone', draft.version))
  const older = { ...words('From the desk', draft.version), files: [file('list.txt', 'milk')] }
  expect(await refusalOf(saveDraft(of.parts, of.ada, message.id, older))).toMatchObject({ code: 'conflict' })
  const kept = await draftOf(of, message.id)
  expect([kept!.text, kept!.files.map(({ name }) => name)]).toEqual(['From the phone', ['diary.txt', 'list.txt']])
  expect(await saveDraft(of.parts, of.ada, message.id, words('Both', kept!.version))).toMatchObject({ text: 'Both' })
})

test('the same form sent twice keeps a file once; a file can be taken out again', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  const again = { ...words('Thank you. May I'), files: [file('diary.txt', 'Monday: well.')] }
  expect((await saveDraft(of.parts, of.ada, message.id, again)).files).toEqual(draft.files)
  const without = { ...nothing, removed: [draft.files[0]!.id] }
  expect(await saveDraft(of.parts, of.ada, message.id, without)).toMatchObject({ text: 'Thank you. May I', files: [] })
})

test('words too long to be sent are kept and not sent; files past the limit are refused', async () => {
  const of = await clinic()
  const message = await opened(of)
  const { version } = await saveDraft(of.parts, of.ada, message.id, words('x'.repeat(20_001)))
  expect(await refusalOf(sendDraft(of.parts, of.ada, message.id, { version, files: [] }))).toMatchObject({
    code: 'invalid',
    fields: [{ field: 'text' }],
  })
  const save = (files: ReturnType<typeof file>[]) => saveDraft(of.parts, of.ada, message.id, { ...nothing, files })
  expect(await refusalOf(save(Array.from({ length: 11 }, (_, i) => file(`${i}.txt`, 'x'))))).toMatchObject({ code: 'invalid' })
  await save(Array.from({ length: 9 }, (_, i) => file(`${i}.txt`, `x${i}`)))
  expect(await refusalOf(save([file('a.txt', 'a'), file('b.txt', 'b')]))).toMatchObject({ code: 'invalid' })
  const large = { name: 'film.mp4', type: '', bytes: new Uint8Array(20 * 1024 * 1024 + 1) }
  expect(await refusalOf(save([large]))).toMatchObject({ code: 'too_large' })
  expect((await draftOf(of, message.id))!.files).toHaveLength(9)
})

test('a file’s name that is none is refused before it is put in order; one whose marks stand apart is not', async () => {
  const of = await clinic()
  const message = await opened(of)
  const save = (name: string) => saveDraft(of.parts, of.ada, message.id, { ...nothing, files: [file(name, 'x')] })
  const refused = () => expect(save(MARKS.repeat(1_000))).rejects.toMatchObject({ code: 'invalid' })
  expect(await longestRowPutInOrder(refused)).toBe(0)
  expect((await save('re\u0301sume\u0301.txt')).files).toMatchObject([{ name: 'résumé.txt' }])
})

test('nobody else sees, changes, sends or deletes it, and cannot tell it from one that never was', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  const { version } = draft
  const of404 = (ask: (id: string) => Promise<unknown>) => Promise.all([refusalOf(ask(message.id)), refusalOf(ask('msg_never'))])
  for (const ask of [
    (id: string) => viewAnswer(of.parts, of.ben, id),
    (id: string) => saveDraft(of.parts, of.ben, id, words('Mine', version)),
    (id: string) => sendDraft(of.parts, of.ben, id, { version, files: [] }),
  ]) {
    const [others, never] = await of404(ask)
    expect(others).toEqual(never)
  }
  await forgetDraft(of.parts, of.ben, message.id)
  expect(await listDrafts(of.parts, of.ben)).toEqual([])
  for (const who of [onlyMailbox(of.ada), of.north.drCole, of.north.officer, of.north.administrator]) {
    const code = who.person.kind === 'staff' ? 'forbidden' : 'sign_in_required'
    expect(await refusalOf(viewAnswer(of.parts, who, message.id))).toMatchObject({ code })
    expect(await refusalOf(saveDraft(of.parts, who, message.id, words('x')))).toMatchObject({ code })
    expect(await refusalOf(listDrafts(of.parts, who))).toMatchObject({ code })
    expect(await refusalOf(forgetDraft(of.parts, who, message.id))).toMatchObject({ code })
  }
  expect(await draftOf(of, message.id)).toEqual(draft)
})

test('a file of somebody else’s draft cannot be taken out of it', async () => {
  const of = await clinic()
  const { draft } = await begun(of)
  const [bens] = await of.deposits({ to: [BEN] })
  await openMessage(of.parts, of.ben, bens!.id)
  await saveDraft(of.parts, of.ben, bens!.id, { ...words('Hello'), removed: [draft.files[0]!.id] })
  expect(await of.store.read(tx => tx.stagedFiles.find(draft.files[0]!.id))).not.toBeNull()
})

const endings: [
  string,
  'expired' | 'retracted' | 'gone',
  (of: Clinic, message: { id: string; deposit: string; expiresAt: number }) => unknown,
][] = [
  ['has expired', 'expired', (of, { expiresAt }) => of.clock.set(expiresAt)],
  [
    'was taken back',
    'retracted',
    (of, { deposit }) => retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other', tellRecipient: true }),
  ],
  [
    'was taken back unsaid',
    'gone',
    (of, { deposit }) => retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other', tellRecipient: false }),
  ],
  ['was hidden', 'gone', (of, { id }) => notForMe(of.parts, of.ada, id, { knowsThem: false, mayContact: false })],
]
test.each(endings)('of a message that %s, it is not sent, and stays to be copied', async (_how, window, end) => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  await end(of, message)
  const shown = { version: draft.version, files: draft.files.map(({ id }) => id) }
  const code = window === 'gone' ? 'not_found' : window
  expect(await refusalOf(sendDraft(of.parts, of.ada, message.id, shown))).toMatchObject({ code })
  const view = await viewAnswer(of.parts, of.ada, message.id)
  expect(view).toMatchObject({ window, subject: null, draft: { text: 'Thank you. May I' } })
  expect(view.frame === null).toBe(window === 'gone')
  // Who was typing when it happened loses nothing either.
  await saveDraft(of.parts, of.ada, message.id, words('Thank you. May I swim?', draft.version))
  expect(await listDrafts(of.parts, of.ada)).toMatchObject([{ message: message.id, subject: null }])
  await forgetDraft(of.parts, of.ada, message.id)
  expect(await listDrafts(of.parts, of.ada)).toEqual([])
})

test('a message that takes no answers says so; one that is not opened, or their own answer, is not there to be answered', async () => {
  const of = await clinic()
  const silent = await opened(of, { replyAllowed: false })
  expect(await viewAnswer(of.parts, of.ada, silent.id)).toMatchObject({ window: 'not_allowed', draft: null })
  const [waiting] = await of.deposits()
  expect(await refusalOf(viewAnswer(of.parts, of.ada, waiting!.id))).toMatchObject({ code: 'not_found' })
  expect(await refusalOf(saveDraft(of.parts, of.ada, waiting!.id, words('x')))).toMatchObject({ code: 'not_found' })
})

test('thirty days after its last change it is destroyed, not sooner, and not by a clock that leaps', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of, { expiresAt: of.clock.read() + days(80) })
  const sweep = () => forgetDrafts({ ...of.parts, log })
  /** Days on which something happens, so that the clock is believed. */
  const pass = async (count: number) => {
    for (let i = 0; i < count; i += 10) {
      of.clock.advance(days(10))
      await of.sends('Another')
    }
  }
  await pass(20)
  const later = await saveDraft(of.parts, of.ada, message.id, words('Thank you. May I swim?', draft.version))
  await pass(20)
  expect(await sweep()).toBe(0)
  of.clock.advance(days(32))
  expect(await sweep()).toBe(0)
  expect(await draftOf(of, message.id)).toEqual(later)
  of.clock.advance(-days(21))
  expect(await sweep()).toBe(1)
  expect(await draftOf(of, message.id)).toBeNull()
  expect(await of.store.removeDiscarded(9)).toBe(1)
})

test('what is typed after the session has ended waits beside the draft, and is taken over by its writer alone', async () => {
  const of = await clinic()
  const { message, draft } = await begun(of)
  const { ticket } = await viewAnswer(of.parts, of.ada, message.id)
  const at = of.clock.advance(hours(1))
  expect(await keepWords(of.parts, message.id, ticket, 'Thank you. May I swim')).toBe(true)
  const found = await draftOf(of, message.id)
  expect(found).toMatchObject({ text: draft.text, version: draft.version, aside: { text: 'Thank you. May I swim', at } })
  // What is sent is what was read over, never what came without a session.
  const shown = { version: draft.version, files: draft.files.map(({ id }) => id) }
  const saved = await saveDraft(of.parts, of.ada, message.id, words('Thank you. May I swim', draft.version))
  expect(saved).toMatchObject({ text: 'Thank you. May I swim', aside: null })
  expect(await refusalOf(sendDraft(of.parts, of.ada, message.id, shown))).toMatchObject({ code: 'conflict' })
})

test('without the page’s own ticket nothing is kept: made up, another’s, another message’s, from tomorrow, too old', async () => {
  const of = await clinic()
  const message = await opened(of)
  const other = await opened(of)
  const [bens] = await of.deposits({ to: [BEN] })
  await openMessage(of.parts, of.ben, bens!.id)
  const ticketOf = async (reader: typeof of.ada, id: string) => (await viewAnswer(of.parts, reader, id)).ticket
  const good = await ticketOf(of.ada, message.id)
  const [at, word] = good.split('.')
  const bad = [
    '',
    'x',
    `${at}.`,
    `${at}.${'A'.repeat(43)}`,
    `${Number(at) + 1}.${word}`,
    await ticketOf(of.ada, other.id),
    await ticketOf(of.ben, bens!.id),
  ]
  for (const ticket of bad) expect(await keepWords(of.parts, message.id, ticket, 'Hello'), ticket).toBe(false)
  expect(await keepWords(of.parts, 'msg_never', good, 'Hello')).toBe(false)
  expect(await keepWords(of.parts, message.id, good, ' ')).toBe(false)
  expect(await keepWords(of.parts, message.id, good, 'x'.repeat(100_001))).toBe(false)
  of.clock.advance(days(1) + 1)
  expect(await keepWords(of.parts, message.id, good, 'Hello')).toBe(false)
  expect(await listDrafts(of.parts, of.ada)).toEqual([])
})
