import { expect, test } from 'vitest'
import { fetchAttachment } from '../../../server/attachment.ts'
import { trail } from '../../../server/audit-trail.ts'
import { depositState } from '../../../server/deposit-state.ts'
import { viewHistory } from '../../../server/history.ts'
import { notForMe } from '../../../server/not-for-me.ts'
import { openMessage, viewMessage } from '../../../server/reading.ts'
import { openReply, readReply, viewReply } from '../../../server/replies.ts'
import { reply } from '../../../server/reply.ts'
import { retract, retractionEvidence } from '../../../server/retraction.ts'
import { searchMessages } from '../../../server/search.ts'
import { ADA, BEN, type Clinic, clinic, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const history = async ({ parts, ada }: Clinic, wish: Parameters<typeof viewHistory>[2] = {}, reader = ada) =>
  (await viewHistory(parts, reader, wish)).lines

const events = async (of: Clinic, wish: Parameters<typeof viewHistory>[2] = {}, reader = of.ada) =>
  (await history(of, wish, reader)).map(({ event, by }) => `${event} by ${by.kind === 'staff' ? (by.name ?? by.role) : by.kind}`)

const FILE = { name: 'plan.txt', type: 'text/plain', bytes: new TextEncoder().encode('Walk.') }

test('everything that happened with a message is told, by whom and how they had signed in, newest first', async () => {
  const of = await clinic()
  const [one] = await of.deposits({ message: { attachments: [FILE] } })
  await openMessage(of.parts, of.ada, one!.id)
  await viewMessage(of.parts, of.ada, one!.id)
  const [file] = await of.store.read(tx => tx.attachments.ofMessage(one!.id))
  await fetchAttachment(of.parts, of.ada, one!.id, file!.id)
  await depositState(of.parts, { staff: of.north.drCole }, one!.deposit)
  await trail(of.parts, of.north.officer, { object: one!.id })
  expect(await events(of, { message: one!.id })).toEqual([
    'history_seen by you',
    'trail_seen by compliance',
    'state_seen by Dr. Cole',
    'file_fetched by you',
    'read by you',
    'opened by you',
    'came by Dr. Cole',
  ])
  const lines = await history(of, { message: one!.id })
  expect(lines.find(line => line.event === 'file_fetched')).toMatchObject({ detail: 'plan.txt', method: 'passkey' })
  expect(lines.find(line => line.event === 'state_seen')).toMatchObject({ method: null })
  expect(lines[0]!.message).toMatchObject({ id: one!.id, subject: 'Result' })
})

test('who read one’s own answer is told, whether a person or the clinic’s system', async () => {
  const of = await clinic()
  const byCole = await of.sends('Result')
  const byLab = await of.sends('Figures', { by: of.north.lab })
  for (const id of [byCole, byLab]) await openMessage(of.parts, of.ada, id)
  const toCole = await reply(of.parts, of.ada, byCole, { text: 'Thank you', files: [] })
  await openReply(of.parts, of.north.drCole, toCole.id)
  await viewReply(of.parts, of.north.drCole, toCole.id)
  const toLab = await reply(of.parts, of.ada, byLab, { text: 'Thank you', files: [] })
  await readReply(of.parts, of.north.lab.client, toLab.id)
  const others = ['read by Dr. Cole', 'opened by Dr. Cole']
  expect(await events(of, { message: toCole.id })).toEqual(['history_seen by you', ...others, 'replied by you'])
  expect(await events(of, { message: toLab.id, onlyOthers: true })).toEqual(['opened by system'])
})

test('of all messages, what others did can be told alone', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await of.sends('Plan')
  await openMessage(of.parts, of.ada, id)
  await searchMessages(of.parts, of.ada, 'plan')
  expect(await events(of)).toEqual([
    'history_seen by you',
    'searched by you',
    'opened by you',
    'came by Dr. Cole',
    'came by Dr. Cole',
  ])
  expect(await events(of, { onlyOthers: true })).toEqual(['came by Dr. Cole', 'came by Dr. Cole'])
})

test('an officer who looked for a patient, their message or its deposit is seen by that patient, without a name, and by no other', async () => {
  const of = await clinic()
  const [adas] = await of.deposits({ to: [ADA, BEN] })
  await trail(of.parts, of.north.officer, { actor: of.ada.person.id })
  await trail(of.parts, of.north.officer, { object: adas!.id })
  await trail(of.parts, of.north.officer, { object: adas!.deposit })
  await trail(of.parts, of.north.officer, { object: 'ada@example.com' })
  expect((await events(of)).filter(line => line.startsWith('trail'))).toEqual(Array(3).fill('trail_seen by compliance'))
  expect((await events(of, {}, of.ben)).filter(line => line.startsWith('trail'))).toEqual(['trail_seen by compliance'])
  expect(JSON.stringify(await history(of))).not.toContain('Kim Park')
})

test('what is not there for the reader leaves no line, and nothing that happened with it does', async () => {
  const of = await clinic()
  const [untold] = await of.deposits({ message: { subject: 'Untold' } })
  await openMessage(of.parts, of.ada, untold!.id)
  await retractionEvidence(of.parts, { staff: of.north.drCole }, untold!.deposit)
  await retract(of.parts, { staff: of.north.drCole }, untold!.deposit, { reason: 'other', tellRecipient: false })
  const hidden = await of.sends('Hidden')
  await notForMe(of.parts, of.ada, hidden, { knowsThem: false, mayContact: false })
  await of.sends('For Ben', { to: [BEN] })
  expect(await events(of)).toEqual(['history_seen by you'])
  const missing = await refusalOf(viewHistory(of.parts, of.ada, { message: 'msg_none' }))
  expect(missing).toMatchObject({ code: 'not_found' })
  for (const message of [untold!.id, hidden]) expect(await refusalOf(viewHistory(of.parts, of.ada, { message }))).toEqual(missing)
})

test('what was taken back or waits for its check names nobody, no subject and no file', async () => {
  const of = await clinic()
  const [back] = await of.deposits({ message: { subject: 'Oncology', attachments: [FILE] } })
  await openMessage(of.parts, of.ada, back!.id)
  const [file] = await of.store.read(tx => tx.attachments.ofMessage(back!.id))
  await fetchAttachment(of.parts, of.ada, back!.id, file!.id)
  await retract(of.parts, { staff: of.north.drCole }, back!.deposit, { reason: 'other', tellRecipient: true })
  await of.deposits({ message: { subject: 'Oncology' }, activation: { kind: 'code', answer: '7431-2209' } })
  const lines = await history(of)
  expect(lines.map(({ event }) => event)).toContain('retracted')
  for (const word of ['Dr. Cole', 'Oncology', 'plan.txt']) expect(JSON.stringify(lines)).not.toContain(word)
})

test('the look is in the trail before anything is shown; if it cannot be written, nothing is', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await history(of, { message: id })
  await history(of)
  const looks = [...(await of.entriesOf(id)), ...(await of.entriesOf(of.ada.person.id))]
  expect(looks.filter(({ action }) => action === 'history.viewed')).toHaveLength(2)
  const dark = { ...of.parts, store: withoutTrail(of.store) }
  await expect(viewHistory(dark, of.ada, {})).rejects.toThrow('no space left')
})

test('pages follow one another without gaps', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await openMessage(of.parts, of.ada, id)
  for (let i = 0; i < 60; i++) await viewMessage(of.parts, of.ada, id)
  const first = await viewHistory(of.parts, of.ada, {})
  const second = await viewHistory(of.parts, of.ada, { before: first.next! })
  expect([first.lines.length, second.lines.length, second.next]).toEqual([50, 13, null])
  const seen = [...first.lines, ...second.lines].map(line => line.index)
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a))
})

test('nobody looks with half a sign-in, or as staff', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  const before = await of.entryCount()
  expect(await refusalOf(viewHistory(of.parts, onlyMailbox(of.ada), {}))).toMatchObject({ code: 'sign_in_required' })
  expect(await refusalOf(viewHistory(of.parts, of.north.drCole, { message: id }))).toMatchObject({ code: 'forbidden' })
  expect(await refusalOf(viewHistory(of.parts, of.ben, { message: id }))).toMatchObject({ code: 'not_found' })
  expect(await of.entryCount()).toBe(before)
})
