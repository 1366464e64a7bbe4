import { expect, test } from 'vitest'
import { days, minutes, toIso } from '../../server/time.ts'
import { depositRequest, textFile } from '../support/clinic.ts'
import { locatorIn } from '../support/mailbox.ts'
import { portalWithOneMessage } from '../support/people.ts'
import { NEW_YEAR } from '../support/storage.ts'

test('the first opening leaves one receipt, however often it is read', async () => {
  const { ada, clock, receiptsOf } = await portalWithOneMessage()
  await ada.opens('Result')
  const opened = toIso(clock.read())
  clock.advance(minutes(5))
  await ada.opens('Result')
  expect((await receiptsOf('Result')).filter(({ stage }) => stage === 'opened')).toEqual([{ stage: 'opened', at: opened }])
})

test('looking at the envelope tells the sender nothing', async () => {
  const { ada, receiptsOf } = await portalWithOneMessage()
  expect((await ada.looksAt('Result')).kind).toBe('envelope')
  expect((await receiptsOf('Result')).map(({ stage }) => stage)).toEqual(['noticed', 'signed_in'])
})

test('what was sealed comes out as it went in, files too', async () => {
  const note = textFile('plan.txt', 'Walk every day. ¡Ánimo!')
  const { ada } = await portalWithOneMessage({ text: 'Grüße, Ada 🙂', attachments: [note] })
  const { body, frame } = await ada.opens('Result')
  expect({ subject: body.subject, text: body.text, from: frame.from }).toEqual({
    subject: 'Result',
    text: 'Grüße, Ada 🙂',
    from: 'Dr. Cole',
  })
  expect((await ada.fetches('Result', 'plan.txt')).equals(Buffer.from(note.bytes))).toBe(true)
})

test('a mailbox code alone opens no content', async () => {
  const { ada, portal, deposit } = await portalWithOneMessage()
  const visitor = await ada.provesMailbox()
  await expect(portal.viewMessage(visitor as never, deposit.messages[0]!.id)).rejects.toMatchObject({ code: 'sign_in_required' })
  await expect(portal.openMessage(visitor as never, deposit.messages[0]!.id)).rejects.toMatchObject({ code: 'sign_in_required' })
  await expect(portal.listMessages(visitor as never, { limit: 50 })).rejects.toMatchObject({ code: 'sign_in_required' })
})

test('everything is still there after a restart', async () => {
  const world = await portalWithOneMessage()
  await world.ada.opens('Result')
  await world.restart()
  expect((await world.ada.sees()).map(({ subject, state }) => ({ subject, state }))).toEqual([
    { subject: 'Result', state: 'opened' },
  ])
  expect(world.clock.read()).toBe(NEW_YEAR + minutes(1))
})

test('a reply reaches the one who wrote', async () => {
  const { ada, portal, gateway } = await portalWithOneMessage()
  await ada.opens('Result')
  const { id } = await ada.replies('Result', 'Thank you.', [textFile('diary.txt', 'Monday: well.')])
  const reply = await portal.readReply(gateway, id)
  expect(reply).toMatchObject({ from: 'Ada Lopez', text: 'Thank you.', attachments: [{ name: 'diary.txt' }] })
})

test('patient and provider write to and fro in one conversation, each told by a letter that says nothing', async () => {
  const { ada, drCole, portal, clock, deliver, mailbox } = await portalWithOneMessage()
  await portal.composeDeposit(drCole, depositRequest('Plan', [ada], { text: 'Walk every day.' }))
  await ada.opens('Plan')
  clock.advance(minutes(1))
  const { id } = await ada.replies('Plan', 'For how long?')
  await deliver()
  expect(mailbox.letterTo('dr.cole@example.com').text).toContain(`/replies/${id}`)
  expect(mailbox.letterTo('dr.cole@example.com').text).not.toMatch(/how long|Ada|Plan/)

  expect(await portal.viewReply(drCole, id)).toMatchObject({ kind: 'envelope', envelope: { subject: 'Re: Plan' } })
  await portal.openReply(drCole, id)
  expect(await portal.viewReply(drCole, id)).toMatchObject({
    reply: { subject: 'Re: Plan', text: 'For how long?', earlier: [{ text: 'Walk every day.' }] },
  })
  clock.advance(minutes(1))
  await portal.answerReply(drCole, id, { text: 'Ten minutes.', files: [] })
  const lines = await ada.sees()
  expect(lines.slice(0, 3).map(({ subject, direction, isNew }) => [subject, direction, isNew])).toEqual([
    ['Re: Plan', 'to_recipient', true],
    ['Re: Plan', 'reply', false],
    ['Plan', 'to_recipient', false],
  ])
  const reader = await ada.signsIn()
  await portal.openMessage(reader, lines[0]!.id)
  expect(await portal.viewMessage(reader, lines[0]!.id)).toMatchObject({
    body: { text: 'Ten minutes.', thread: [{ subject: 'Plan' }, { direction: 'reply' }] },
  })
})

test('a message that expired unread comes back when its sender grants the time that was asked for', async () => {
  const { ada, portal, clock, gateway, deposit, receiptsOf } = await portalWithOneMessage()
  const id = deposit.messages[0]!.id
  clock.advance(days(31))
  await portal.expireDue()
  const reader = await ada.signsIn()
  expect(await portal.viewMessage(reader, id)).toMatchObject({ kind: 'expired', moreTimeAskedAt: null })
  expect(await ada.sees()).toMatchObject([{ subject: null, state: 'expired' }])
  await portal.askForMoreTime(reader, id)
  expect((await receiptsOf('Result')).map(({ stage }) => stage)).toContain('more_time_asked')
  await portal.extendDeposit({ client: gateway }, deposit.id, clock.read() + days(7))
  expect((await ada.opens('Result')).body.text).toBe('Everything is fine.')
})

test('taken back after it was read, it is a tombstone to the reader and evidence to the sender', async () => {
  const { ada, portal, gateway, deposit } = await portalWithOneMessage({ attachments: [textFile('plan.txt', 'Walk.')] })
  await ada.opens('Result')
  await ada.fetches('Result', 'plan.txt')
  const [evidence] = await portal.retractionEvidence({ client: gateway }, deposit.id)
  expect(evidence).toMatchObject({ wasOpened: true, attachmentsFetched: [expect.stringMatching(/^(att_|plan)/)] })
  await portal.retract({ client: gateway }, deposit.id, { reason: 'wrong_recipient', tellRecipient: true })
  const [line] = await ada.sees()
  expect(line).toMatchObject({ subject: null, state: 'retracted', from: 'North Clinic' })
  expect(await portal.viewMessage(await ada.signsIn(), line!.id)).toMatchObject({ kind: 'retracted' })
})

test('"this is not for me" works from the notice alone, and tells the sender', async () => {
  const { ada, portal, mailbox, receiptsOf } = await portalWithOneMessage()
  await portal.notForMeByLocator(locatorIn(mailbox.letterTo(ada.address)))
  expect((await receiptsOf('Result')).map(({ stage }) => stage)).toEqual(['noticed', 'not_for_me'])
  expect(await ada.sees()).toEqual([])
})

test('who read what, and how they proved who they are, is told to the compliance officer', async () => {
  const { ada, portal, staff, deposit } = await portalWithOneMessage()
  await ada.opens('Result')
  const officer = await staff('Kim Park', 'compliance')
  const { lines } = await portal.trail(officer, { object: deposit.messages[0]!.id })
  expect(lines.map(({ action }) => action).slice(0, 3)).toEqual(['trail.viewed', 'message.viewed', 'message.opened'])
  expect(lines[2]).toMatchObject({ detail: expect.stringContaining('method: passphrase+printed_code') })
  expect(JSON.stringify(lines)).not.toMatch(/@|Ada|Result/)
})
