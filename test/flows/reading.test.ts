import { expect, test } from 'vitest'
import { minutes, toIso } from '../../server/time.ts'
import { textFile } from '../support/clinic.ts'
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
  const reply = await portal.openReply({ client: gateway }, id)
  expect(reply).toMatchObject({ from: 'Ada Lopez', text: 'Thank you.', attachments: [{ name: 'diary.txt' }] })
})
