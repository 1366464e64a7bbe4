import { expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import { listMessages } from '../../../server/mailbox.ts'
import { askForMoreTime } from '../../../server/more-time.ts'
import { notForMe, notForMeByLocator } from '../../../server/not-for-me.ts'
import { openMessage, viewMessage } from '../../../server/reading.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import type { Role } from '../../../server/staff.ts'
import { BEN, type Clinic, clinic, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const answers = { knowsThem: true, mayContact: false }
const locatorOf = (of: Clinic, id: string) =>
  of.store.read(async tx => (await tx.messages.locator((await tx.messages.find(id))!))!)

test('it is hidden at once, the sender is told, and nothing is destroyed', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  const at = of.clock.advance(1_000)
  await notForMe(of.parts, of.ada, id, answers)
  expect((await listMessages(of.parts, of.ada, { limit: 50 })).lines).toEqual([])
  expect(await refusalOf(viewMessage(of.parts, of.ada, id))).toMatchObject({ code: 'not_found' })
  expect(await of.message(id)).toMatchObject({ state: 'waiting', hiddenAt: at, revision: 2 })
  expect(await of.stagesOf(id)).toEqual(['not_for_me'])
  expect((await of.entriesOf(id)).find(entry => entry.action === 'message.hidden')).toMatchObject({
    revision: 2,
    detail: answers,
    actor: { id: of.ada.person.id },
    level: 'full',
  })
  const content = await of.store.read(async tx => tx.messages.content((await tx.messages.find(id))!))
  expect(content.subject).toBe('Result')
})

test('no further notice goes to a mailbox that said it is the wrong one', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await notForMe(of.parts, of.ada, id, answers)
  const toAda = (await of.lettersAbout(id)).filter(letter => letter.kind !== 'not_for_me')
  expect(toAda).toMatchObject([{ kind: 'notice', state: 'cancelled' }])
  expect((await of.entriesOf(id)).at(-1)).toMatchObject({ action: 'notice.cancelled', detail: { letters: 1 } })
})

test('whoever sent it and the privacy office are told by letter, and nobody else', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  const { organization, deposit } = await of.message(id)
  const member = (name: string, role: Role, disabledAt: number | null = null) => ({
    ...{ id: newId('stf', 0), organization, role, name, disabledAt, createdAt: of.clock.read() },
    address: `${name}@north-clinic.example.com`,
  })
  const others = [member('gone', 'compliance', 1), member('max', 'provider')]
  await of.store.transaction(async tx => {
    for (const other of others) await tx.staff.add(other)
  })
  const woken = of.woken()
  await notForMeByLocator(of.parts, await locatorOf(of, id))
  expect(of.woken()).toBeGreaterThan(woken)
  const letters = (await of.lettersAbout(id)).filter(({ kind }) => kind === 'not_for_me')
  const contents = await of.store.read(async tx => {
    const found = await Promise.all(letters.map(letter => tx.outbox.find(letter.id)))
    return found.map(letter => [letter!.content.to, letter!.content.values.link] as const)
  })
  expect(new Map(contents)).toEqual(
    new Map([
      ['dr.cole@north-clinic.example.com', `${of.parts.settings.origin}/sent/${deposit}`],
      ['kim.park@north-clinic.example.com', `${of.parts.settings.origin}/trail?object=${id}`],
    ]),
  )
})

test('they are told though the sender takes it back before the letter could leave', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  const { deposit } = await of.message(id)
  await notForMe(of.parts, of.ada, id, answers)
  await retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'wrong_recipient' })
  const states = (await of.lettersAbout(id)).map(({ kind, state }) => `${kind} ${state}`)
  expect(states.sort()).toEqual(['not_for_me queued', 'not_for_me queued', 'notice cancelled'])
})

test('an opened message can turn out to be for somebody else too', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await openMessage(of.parts, of.ada, id)
  await notForMe(of.parts, of.ada, id, answers)
  expect(await of.message(id)).toMatchObject({ state: 'opened' })
  expect(await refusalOf(viewMessage(of.parts, of.ada, id))).toMatchObject({ code: 'not_found' })
})

test("somebody else's message, one's own answer and one that is hidden already are refused like one that never was", async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await openMessage(of.parts, of.ada, id)
  const mine = await reply(of.parts, of.ada, id, { text: 'Thank you', files: [] })
  await notForMe(of.parts, of.ada, id, answers)
  const bens = await of.sends('For Ben', { to: [BEN] })
  const never = await refusalOf(notForMe(of.parts, of.ada, 'msg_never', answers))
  expect(never.code).toBe('not_found')
  for (const other of [bens, id, mine.id]) expect(await refusalOf(notForMe(of.parts, of.ada, other, answers))).toEqual(never)
  expect(await of.message(bens)).toMatchObject({ hiddenAt: null })
})

test('a withdrawn message is nobody’s any more, so there is nothing to hide', async () => {
  const of = await clinic()
  const [one] = await of.deposits()
  await retract(of.parts, { staff: of.north.drCole }, one!.deposit, { reason: 'other' })
  expect(await refusalOf(notForMe(of.parts, of.ada, one!.id, answers))).toMatchObject({ code: 'retracted' })
})

test('half a sign-in hides nothing; the landing page is for that', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  expect(await refusalOf(notForMe(of.parts, onlyMailbox(of.ada), id, answers))).toMatchObject({ code: 'sign_in_required' })
})

test('when the trail cannot be written, it stays where it is', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await expect(notForMe({ ...of.parts, store: withoutTrail(of.store) }, of.ada, id, answers)).rejects.toThrow('no space left')
  expect(await of.message(id)).toMatchObject({ hiddenAt: null, revision: 1 })
})

test('from the landing page it takes the locator alone, and the trail says that nobody was known', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await notForMeByLocator(of.parts, await locatorOf(of, id))
  expect(await of.message(id)).toMatchObject({ state: 'waiting', hiddenAt: of.clock.read() })
  expect(await of.stagesOf(id)).toEqual(['not_for_me'])
  expect((await of.entriesOf(id)).find(entry => entry.action === 'message.hidden')).toMatchObject({
    actor: { kind: 'visitor', id: 'visitor' },
    detail: { beforeSignIn: true },
  })
})

test('the landing page answers the same whatever the locator leads to; only what waits is hidden', async () => {
  const of = await clinic()
  const opened = await of.sends('Opened')
  await openMessage(of.parts, of.ada, opened)
  const [withdrawn] = await of.deposits()
  await retract(of.parts, { staff: of.north.drCole }, withdrawn!.deposit, { reason: 'other' })
  const late = await of.sends('Late')
  const waiting = await of.sends('Waiting')
  const locators = await Promise.all([opened, withdrawn!.id, waiting].map(id => locatorOf(of, id)))
  const tried = [...locators, 'made-up', '', 'x'.repeat(10_000)]
  expect(await Promise.all(tried.map(locator => notForMeByLocator(of.parts, locator)))).toEqual(tried.map(() => undefined))
  expect(await of.message(waiting)).toMatchObject({ hiddenAt: of.clock.read() })
  of.clock.set((await of.message(late)).expiresAt)
  await notForMeByLocator(of.parts, await locatorOf(of, late))
  for (const id of [opened, withdrawn!.id, late]) expect(await of.message(id)).toMatchObject({ hiddenAt: null })
})

test('pressed twice, it is told once', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  const locator = await locatorOf(of, id)
  await Promise.all([notForMeByLocator(of.parts, locator), notForMeByLocator(of.parts, locator)])
  expect(await of.stagesOf(id)).toEqual(['not_for_me'])
  expect(await of.message(id)).toMatchObject({ revision: 2 })
})

test('more time can be asked for once the time is over; the sender is told by receipt and letter, once', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  of.clock.set((await of.message(id)).expiresAt)
  const woken = of.woken()
  await askForMoreTime(of.parts, of.ada, id)
  await askForMoreTime(of.parts, of.ada, id)
  expect(of.woken()).toBeGreaterThan(woken)
  expect(await of.stagesOf(id)).toEqual(['more_time_asked'])
  const asked = (await of.entriesOf(id)).filter(entry => entry.action === 'message.more_time_asked')
  expect(asked).toMatchObject([{ actor: { id: of.ada.person.id }, revision: null, level: 'full' }])
  const letters = (await of.lettersAbout(id)).filter(letter => letter.kind === 'more_time_asked')
  expect(letters).toHaveLength(1)
  const { content } = await of.store.read(async tx => (await tx.outbox.find(letters[0]!.id))!)
  expect(content).toMatchObject({
    to: 'dr.cole@north-clinic.example.com',
    values: { deposit: (await of.message(id)).deposit, organization: 'North Clinic' },
  })
})

test('no more time is asked for what can be read, was taken back, is not theirs or never was', async () => {
  const of = await clinic()
  const readable = await of.sends('Result')
  const [withdrawn] = await of.deposits()
  await retract(of.parts, { staff: of.north.drCole }, withdrawn!.deposit, { reason: 'other' })
  const bens = await of.sends('For Ben', { to: [BEN] })
  expect(await refusalOf(askForMoreTime(of.parts, of.ada, readable))).toMatchObject({ code: 'conflict' })
  expect(await refusalOf(askForMoreTime(of.parts, of.ada, withdrawn!.id))).toMatchObject({ code: 'retracted' })
  const never = await refusalOf(askForMoreTime(of.parts, of.ada, 'msg_never'))
  of.clock.set((await of.message(bens)).expiresAt)
  expect(await refusalOf(askForMoreTime(of.parts, of.ada, bens))).toEqual(never)
  expect(await refusalOf(askForMoreTime(of.parts, onlyMailbox(of.ada), readable))).toMatchObject({ code: 'sign_in_required' })
})
