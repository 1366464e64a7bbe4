import { expect, test } from 'vitest'
import { days, hours } from '../../server/time.ts'
import { portalWithOneMessage } from '../support/people.ts'

const MORE_TIME = 'You have more time to read a message from North Clinic'
const NOTICE = 'You have a new message from North Clinic'

/** Ada's one message, whose time is over. */
async function late({ opened = true, language = 'en' } = {}) {
  const clinic = await portalWithOneMessage()
  const { ada, portal, clock, deposit, mailbox } = clinic
  const reader = await ada.signsIn()
  await portal.prefer(reader, { language })
  const message = deposit.messages[0]!.id
  if (opened) await portal.openMessage(reader, message)
  const timeIsOver = async () => {
    clock.advance(days(31))
    await portal.expireDue()
  }
  const letters = async () => {
    await clinic.deliver()
    return mailbox.mails.splice(0)
  }
  await timeIsOver()
  await letters()
  return {
    clock,
    timeIsOver,
    letters,
    subjects: async () => (await letters()).map(({ subject }) => subject),
    asks: () => portal.askForMoreTime(reader, message),
    looks: () => portal.viewMessage(reader, message),
    extends: (by: number) => portal.extendDeposit({ client: clinic.gateway }, deposit.id, clock.read() + by),
    takesBack: () => portal.retract({ client: clinic.gateway }, deposit.id, { reason: 'other' }),
    entries: () =>
      clinic.parts.store.read(async tx =>
        (await tx.trail.entries(0, 1_000)).filter(({ object }) => object === message).map(({ action }) => action),
      ),
  }
}

test('who asked for more time is told when it is given, in their language, though they never opened it', async () => {
  const { asks, subjects, letters, entries, ...sender } = await late({ opened: false, language: 'es' })
  await asks()
  expect(await subjects()).toEqual([])
  await sender.extends(days(7))
  const [mail, ...more] = await letters()
  expect(more).toEqual([])
  expect(mail!.subject).toBe('Tiene más tiempo para leer un mensaje de North Clinic')
  expect(mail!.text).toContain('Puede leer el mensaje hasta el sábado, 7 de febrero de 2026')
  expect(mail!.text).toMatch(/\/m\/[A-Za-z0-9_-]+\?language=es/)
  expect((await entries()).slice(-3)).toEqual(['message.extended', 'notice.queued', 'notice.sent'])
})

test('who had opened it is told as well; moving the date once more brings no second letter', async () => {
  const { asks, subjects, ...sender } = await late()
  await asks()
  await sender.extends(days(7))
  await sender.extends(days(8))
  expect(await subjects()).toEqual([MORE_TIME])
  await sender.extends(days(9))
  expect(await subjects()).toEqual([])
})

test('who did not ask is sent the notice again, or left in peace when they had read it', async () => {
  const unread = await late({ opened: false })
  await unread.extends(days(7))
  expect(await unread.subjects()).toEqual([NOTICE])
  const read = await late()
  await read.extends(days(7))
  expect(await read.subjects()).toEqual([])
})

test('whose time is over once more can ask once more, and is told once more', async () => {
  const { asks, looks, subjects, timeIsOver, ...sender } = await late()
  await asks()
  await sender.extends(days(7))
  expect(await subjects()).toEqual([MORE_TIME])
  await timeIsOver()
  expect(await looks()).toMatchObject({ kind: 'expired', moreTimeAskedAt: null })
  await sender.extends(hours(1))
  expect(await subjects(), 'nobody asked this time').toEqual([])
  await timeIsOver()
  await asks()
  await asks()
  await sender.extends(days(7))
  expect(await subjects()).toEqual([MORE_TIME])
})

test('the letter does not leave when its time was over again before it could, or the message was taken back', async () => {
  const { asks, subjects, clock, ...sender } = await late()
  await asks()
  await sender.extends(hours(1))
  clock.advance(hours(2))
  expect(await subjects()).toEqual([])
  await asks()
  await sender.extends(days(7))
  await sender.takesBack()
  expect(await subjects()).toEqual([])
})
