import { expect, test } from 'vitest'
import type { Message } from '../../../server/message.ts'
import { notForMe } from '../../../server/not-for-me.ts'
import { openMessage, viewMessage } from '../../../server/reading.ts'
import { retract } from '../../../server/retraction.ts'
import { days } from '../../../server/time.ts'
import { type Clinic, clinic, onlyMailbox, refusalOf, USUAL_EXPIRY, withoutTrail } from './clinic.ts'

const takesBack = (of: Clinic, { deposit }: Message, tellRecipient = true) =>
  retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'wrong_recipient', tellRecipient })

test('opening leaves state, receipt and entry, with the revision and how the reader proved who they are', async () => {
  const { parts, ada, sends, message, stagesOf, entriesOf, clock } = await clinic()
  const id = await sends('Result')
  const at = clock.advance(1_000)
  await openMessage(parts, ada, id)
  expect(await message(id)).toMatchObject({ state: 'opened', openedAt: at, revision: 2 })
  expect(await stagesOf(id)).toEqual(['opened'])
  expect((await entriesOf(id)).at(-1)).toMatchObject({
    action: 'message.opened',
    at,
    actor: { kind: 'recipient', id: ada.person.id },
    organization: ada.person.organization,
    revision: 2,
    level: 'full',
    method: 'passkey',
  })
})

test('the first opening leaves one receipt and one entry, however often it is opened', async () => {
  const { parts, ada, sends, message, stagesOf, entriesOf, clock } = await clinic()
  const id = await sends('Result')
  await Promise.all([openMessage(parts, ada, id), openMessage(parts, ada, id), openMessage(parts, ada, id)])
  clock.advance(days(1))
  await openMessage(parts, ada, id)
  expect(await stagesOf(id)).toEqual(['opened'])
  expect((await entriesOf(id)).filter(entry => entry.action === 'message.opened')).toHaveLength(1)
  expect(await message(id)).toMatchObject({ revision: 2 })
})

test("somebody else's, a hidden and an untold withdrawn message are refused exactly like one that never was", async () => {
  const of = await clinic()
  const [bens] = await of.deposits({ to: [{ name: 'Ben Ito', email: 'ben@example.com' }] })
  const [hidden] = await of.deposits()
  const [untold] = await of.deposits()
  await notForMe(of.parts, of.ada, hidden!.id, { knowsThem: false, mayContact: false })
  await takesBack(of, untold!, false)
  const never = await refusalOf(openMessage(of.parts, of.ada, 'msg_never'))
  expect(never.code).toBe('not_found')
  for (const { id } of [bens!, hidden!, untold!]) expect(await refusalOf(openMessage(of.parts, of.ada, id))).toEqual(never)
  expect(await of.message(bens!.id)).toMatchObject({ state: 'waiting', revision: 1 })
})

test('a visitor who proved only their mailbox opens nothing, whatever the types say', async () => {
  const { parts, ada, sends, message } = await clinic()
  const id = await sends('Result')
  expect(await refusalOf(openMessage(parts, onlyMailbox(ada), id))).toMatchObject({ code: 'sign_in_required' })
  expect(await message(id)).toMatchObject({ state: 'waiting' })
})

test('staff open no message to a patient, not even the one who sent it', async () => {
  const { parts, north, sends } = await clinic()
  const id = await sends('Result')
  for (const person of [north.drCole, north.officer, north.administrator]) {
    expect(await refusalOf(openMessage(parts, person, id))).toMatchObject({ code: 'forbidden' })
  }
})

test('when its moment has come it cannot be opened, though no sweep has been by', async () => {
  const { parts, ada, sends, message, entryCount, clock } = await clinic()
  const id = await sends('Result')
  clock.set((await message(id)).expiresAt - 1)
  const before = await entryCount()
  clock.advance(1)
  expect(await refusalOf(openMessage(parts, ada, id))).toMatchObject({ code: 'expired' })
  expect(await message(id)).toMatchObject({ state: 'waiting', openedAt: null })
  expect(await entryCount()).toBe(before)
})

test('in the last millisecond it can', async () => {
  const { parts, ada, sends, message, clock } = await clinic()
  const id = await sends('Result')
  clock.set((await message(id)).expiresAt - 1)
  await openMessage(parts, ada, id)
  expect((await viewMessage(parts, ada, id)).kind).toBe('message')
  expect(USUAL_EXPIRY).toBe(days(30))
})

test('with a check of the sender it waits until the person is confirmed', async () => {
  const { parts, store, ada, sends, message, clock } = await clinic()
  const id = await sends('Result', { activation: { kind: 'code', answer: '7431-2209' } })
  expect(await viewMessage(parts, ada, id)).toMatchObject({ kind: 'envelope', needsConfirmation: 'code' })
  expect(await refusalOf(openMessage(parts, ada, id))).toMatchObject({ code: 'confirmation_required' })
  expect(await message(id)).toMatchObject({ state: 'waiting' })
  await store.transaction(tx => tx.recipients.confirm(ada.person.id, clock.read()))
  expect(await viewMessage(parts, ada, id)).toMatchObject({ kind: 'envelope', needsConfirmation: null })
  await openMessage(parts, ada, id)
  expect(await message(id)).toMatchObject({ state: 'opened' })
})

test('before that, not even the name of who wrote it is told', async () => {
  const { parts, ada, sends } = await clinic()
  const from = { name: 'Dr. Cole, Oncology' }
  const id = await sends('Result', { activation: { kind: 'code', answer: '7431-2209' }, message: { from } })
  expect(await viewMessage(parts, ada, id)).toMatchObject({ frame: { from: 'North Clinic' } })
})

test('taken back before it was opened: nothing opens, and the trail tells it in this order', async () => {
  const of = await clinic()
  const [one] = await of.deposits()
  await takesBack(of, one!)
  expect(await refusalOf(openMessage(of.parts, of.ada, one!.id))).toMatchObject({ code: 'retracted' })
  expect(await of.stagesOf(one!.id)).toEqual([])
  const told = (await of.entriesOf(one!.id)).map(entry => entry.action)
  expect(told.filter(action => action.startsWith('message.'))).toEqual(['message.deposited', 'message.retracted'])
})

test('opened before it was taken back: the sender is told so', async () => {
  const of = await clinic()
  const [one] = await of.deposits()
  await openMessage(of.parts, of.ada, one!.id)
  expect(await takesBack(of, one!)).toMatchObject([{ state: 'retracted', wasOpened: true }])
  const told = (await of.entriesOf(one!.id)).map(entry => [entry.action, entry.revision])
  expect(told.filter(([, revision]) => revision !== null)).toEqual([
    ['message.deposited', 1],
    ['message.opened', 2],
    ['message.retracted', 3],
  ])
})

test('opened and taken back in the same instant, either may win, and everybody is told the same', async () => {
  const of = await clinic()
  for (let i = 0; i < 20; i++) {
    const [one] = await of.deposits()
    const opening = () => openMessage(of.parts, of.ada, one!.id).then(() => 'opened')
    const taking = () => takesBack(of, one!).then(([result]) => result!.wasOpened)
    const [opened, taken] = await (i % 2 === 0
      ? Promise.allSettled([opening(), taking()])
      : Promise.allSettled([taking(), opening()]).then(([taken, opened]) => [opened!, taken!] as const))
    const wasOpened = opened!.status === 'fulfilled'
    expect(taken).toEqual({ status: 'fulfilled', value: wasOpened })
    expect(await of.stagesOf(one!.id)).toEqual(wasOpened ? ['opened'] : [])
    expect((await of.entriesOf(one!.id)).some(entry => entry.action === 'message.opened')).toBe(wasOpened)
    expect((await of.message(one!.id)).state).toBe('retracted')
  }
})

test('when the trail cannot be written, nothing opens and no receipt is left', async () => {
  const { parts, store, ada, sends, message, stagesOf } = await clinic()
  const id = await sends('Result')
  await expect(openMessage({ ...parts, store: withoutTrail(store) }, ada, id)).rejects.toThrow('no space left')
  expect(await message(id)).toMatchObject({ state: 'waiting', revision: 1 })
  expect(await stagesOf(id)).toEqual([])
})
