import { expect, test } from 'vitest'
import { listMessages } from '../../../server/mailbox.ts'
import { notForMe } from '../../../server/not-for-me.ts'
import { openMessage } from '../../../server/reading.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import { BEN, type Clinic, clinic, instead, onlyMailbox, refusalOf } from './clinic.ts'

const listed = async ({ parts, ada }: Clinic, reader = ada) => (await listMessages(parts, reader, { limit: 50 })).lines

const takesBack = (of: Clinic, deposit: string, tellRecipient: boolean) =>
  retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other', tellRecipient })

test('the newest message stands first, with what tells it apart', async () => {
  const of = await clinic()
  const first = await of.sends('Result', { message: { from: { name: 'Dr. Cole' } } })
  await of.sends('Plan')
  await openMessage(of.parts, of.ada, first)
  expect(await listed(of)).toMatchObject([
    { subject: 'Plan', state: 'waiting', isNew: true, direction: 'to_recipient' },
    {
      id: first,
      subject: 'Result',
      from: 'Dr. Cole',
      organization: 'North Clinic',
      state: 'opened',
      isNew: false,
      attachmentCount: 0,
    },
  ])
})

test('each reader sees their own mailbox', async () => {
  const of = await clinic()
  await of.sends('For Ada')
  await of.sends('For Ben', { to: [BEN] })
  expect((await listed(of)).map(line => line.subject)).toEqual(['For Ada'])
  expect((await listed(of, of.ben)).map(line => line.subject)).toEqual(['For Ben'])
})

test('listing writes nothing and opens nothing', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  const before = await of.entryCount()
  await listed(of)
  expect(await of.entryCount()).toBe(before)
  expect(await of.message(id)).toMatchObject({ state: 'waiting', revision: 1 })
})

test('what can no longer be read shows no subject; a tombstone no name either', async () => {
  const of = await clinic()
  const from = { name: 'Dr. Cole, Oncology' }
  const [withdrawn] = await of.deposits({ message: { subject: 'Withdrawn', from } })
  const [late] = await of.deposits({ message: { subject: 'Late', from } })
  await takesBack(of, withdrawn!.deposit, true)
  of.clock.set((await of.message(late!.id)).expiresAt)
  expect(await listed(of)).toMatchObject([
    { id: late!.id, subject: null, state: 'expired', isNew: false },
    { id: withdrawn!.id, subject: null, state: 'retracted', from: 'North Clinic', isNew: false },
  ])
})

test('a message with a check of the sender shows neither subject nor name until the person is confirmed', async () => {
  const of = await clinic()
  await of.sends('Result', { activation: { kind: 'birth_date', answer: '1950-01-31' }, message: { from: { name: 'Dr. Cole' } } })
  expect(await listed(of)).toMatchObject([{ subject: null, from: 'North Clinic', isNew: true }])
  await of.store.transaction(tx => tx.recipients.confirm(of.ada.person.id, of.clock.read()))
  expect(await listed(of)).toMatchObject([{ subject: 'Result', from: 'Dr. Cole' }])
})

test('hidden messages, and those taken back without telling, are left out', async () => {
  const of = await clinic()
  const hidden = await of.sends('Not hers')
  const [untold] = await of.deposits({ message: { subject: 'Untold' } })
  await of.sends('Result')
  await notForMe(of.parts, of.ada, hidden, { knowsThem: false, mayContact: false })
  await takesBack(of, untold!.deposit, false)
  expect((await listed(of)).map(line => line.subject)).toEqual(['Result'])
})

test('what the reader answered stands among the messages, and does not tell whether the clinic has opened it', async () => {
  const of = await clinic()
  const [one] = await of.deposits()
  await openMessage(of.parts, of.ada, one!.id)
  of.clock.advance(1)
  await reply(of.parts, of.ada, one!.id, { text: 'Thank you', files: [] })
  expect(await listed(of)).toMatchObject([
    { direction: 'reply', subject: 'Re: Result', from: 'Ada Lopez', state: 'opened', isNew: false },
    { direction: 'to_recipient', subject: 'Result' },
  ])
  await takesBack(of, one!.deposit, true)
  expect(await listed(of)).toMatchObject([{ subject: 'Re: …' }, { subject: null, state: 'retracted' }])
})

test('pages follow one another without gaps, whatever is hidden between', async () => {
  const of = await clinic()
  const ids: string[] = []
  for (let i = 0; i < 9; i++) ids.unshift(await of.sends(`Message ${i}`))
  for (const hidden of ids.splice(2, 4)) await notForMe(of.parts, of.ada, hidden, { knowsThem: true, mayContact: true })
  const seen: string[][] = []
  let after: string | undefined
  do {
    const { lines, next } = await listMessages(of.parts, of.ada, { after, limit: 2 })
    seen.push(lines.map(line => line.id))
    after = next ?? undefined
  } while (after !== undefined)
  expect(seen).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
})

test('a page holds fifty at most and one at least, whatever is asked', async () => {
  const of = await clinic()
  for (let i = 0; i < 51; i++) await of.sends(`Message ${i}`)
  expect((await listMessages(of.parts, of.ada, { limit: 1_000 })).lines).toHaveLength(50)
  expect((await listMessages(of.parts, of.ada, { limit: -3 })).lines).toHaveLength(1)
  expect((await listMessages(of.parts, of.ada, { limit: Number.NaN })).lines).toHaveLength(50)
})

const wished = async ({ parts, ada }: Clinic, wish: Partial<Parameters<typeof listMessages>[2]>) =>
  (await listMessages(parts, ada, { limit: 50, ...wish })).lines.map(line => line.subject)

test('the list can be narrowed to what is new, has files, or can no longer be read', async () => {
  const of = await clinic()
  const file = { name: 'plan.txt', type: 'text/plain', bytes: new TextEncoder().encode('Walk.') }
  const read = await of.sends('Read, with a file', { message: { attachments: [file] } })
  await openMessage(of.parts, of.ada, read)
  await reply(of.parts, of.ada, read, { text: 'Thank you', files: [] })
  const [withdrawn] = await of.deposits({ message: { subject: 'Withdrawn', attachments: [file] } })
  await takesBack(of, withdrawn!.deposit, true)
  const late = await of.sends('Late', { expiresAt: of.clock.read() + 3_600_000 })
  await of.sends('New')
  of.clock.set((await of.message(late)).expiresAt)
  expect(await wished(of, { show: 'new' })).toEqual(['New'])
  expect(await wished(of, { show: 'files' })).toEqual(['Read, with a file'])
  expect(await wished(of, { show: 'over' })).toEqual([null, null])
  expect(await wished(of, {})).toHaveLength(5)
})

test('the list can be narrowed to one sender, named by one of their messages', async () => {
  const of = await clinic()
  const cole = await of.sends('One', { message: { from: { name: 'Dr. Cole' } } })
  await of.sends('Other', { message: { from: { name: 'Dr. Reed' } } })
  await of.sends('Two', { message: { from: { name: 'Dr. Cole' } } })
  expect(await wished(of, { from: cole })).toEqual(['Two', 'One'])
  expect(await listMessages(of.parts, of.ada, { limit: 50, from: cole })).toMatchObject({ from: 'Dr. Cole' })
  await openMessage(of.parts, of.ada, cole)
  expect(await wished(of, { from: cole, show: 'new' })).toEqual(['Two'])
})

test('a sender is not told by somebody else’s message, nor by one that waits for its check', async () => {
  const of = await clinic()
  const from = { name: 'Dr. Moss, Oncology' }
  const bens = await of.sends('For Ben', { to: [BEN], message: { from } })
  const checked = await of.sends('Checked', { activation: { kind: 'code', answer: '7431-2209' }, message: { from } })
  await of.sends('Mine', { message: { from: { name: 'Dr. Cole' } } })
  for (const id of [bens, 'msg_none']) {
    expect(await listMessages(of.parts, of.ada, { limit: 50, from: id })).toMatchObject({ from: null, lines: [{}, {}] })
  }
  expect(await listMessages(of.parts, of.ada, { limit: 50, from: checked })).toMatchObject({ from: 'North Clinic' })
})

test('narrowed pages follow one another without gaps, and stop looking after a thousand', async () => {
  const of = await clinic()
  const wanted: string[] = []
  for (let i = 0; i < 12; i++) {
    const id = await of.sends(`Message ${i}`)
    if (i % 3 === 0) wanted.unshift(id)
    else await openMessage(of.parts, of.ada, id)
  }
  const seen: string[] = []
  let after: string | undefined
  do {
    const { lines, next } = await listMessages(of.parts, of.ada, { after, limit: 3, show: 'new' })
    seen.push(...lines.map(line => line.id))
    after = next ?? undefined
  } while (after !== undefined)
  expect(seen).toEqual(wanted)

  let asked = 0
  const row = (await of.store.read(tx => tx.messages.listForRecipient(of.ada.person.id, { limit: 1 })))[0]!
  const endless: typeof of.store = {
    ...of.store,
    read: work =>
      of.store.read(tx =>
        work(
          instead(tx, {
            messages: {
              ...tx.messages,
              listForRecipient: async (_, { limit }) => {
                asked += limit
                return Array.from({ length: limit }, () => row)
              },
            },
          }),
        ),
      ),
  }
  const page = await listMessages({ ...of.parts, store: endless }, of.ada, { limit: 50, show: 'over' })
  expect([page, asked]).toEqual([{ lines: [], next: row.id, from: null }, 1_000])
})

test("somebody else's message as a cursor lets nobody see more", async () => {
  const of = await clinic()
  await of.sends('For Ada')
  const bens = await of.sends('For Ben', { to: [BEN] })
  expect((await listMessages(of.parts, of.ada, { after: bens, limit: 50 })).lines).toMatchObject([{ subject: 'For Ada' }])
  expect(
    (await listMessages(of.parts, of.ada, { after: 'nonsense', limit: 50 })).lines.every(line => line.subject === 'For Ada'),
  ).toBe(true)
})

test('nobody lists a mailbox with half a sign-in, or as staff', async () => {
  const { parts, ada, north } = await clinic()
  expect(await refusalOf(listMessages(parts, onlyMailbox(ada), { limit: 50 }))).toMatchObject({ code: 'sign_in_required' })
  expect(await refusalOf(listMessages(parts, north.drCole, { limit: 50 }))).toMatchObject({ code: 'forbidden' })
})
