import { expect, test } from 'vitest'
import { keepSearch, searchMessages } from '../../../server/search.ts'
import { minutes } from '../../../server/time.ts'
import { clinic, refusalOf } from './clinic.ts'

test('one person searches ten times a minute, in all their sessions together; then not even the trail is written, until the minute is over', async () => {
  const of = await clinic()
  await of.sends('Plan')
  const elsewhere = { ...of.ada, tokenHash: 'another session', session: 'ses_another' }
  for (let times = 0; times < 20; times++) await searchMessages(of.parts, times % 2 ? of.ada : elsewhere, 'plan')
  const before = await of.entryCount()
  expect(await refusalOf(searchMessages(of.parts, of.ada, 'plan'))).toMatchObject({ code: 'too_many_requests' })
  expect(await refusalOf(keepSearch(of.parts, of.ada, 'plan'))).toMatchObject({ code: 'too_many_requests' })
  expect(await of.entryCount()).toBe(before)
  of.clock.advance(minutes(1))
  expect((await searchMessages(of.parts, of.ada, 'plan')).lines).toHaveLength(1)
})

test('what one person searches for takes nothing from another', async () => {
  const of = await clinic()
  for (let times = 0; times < 20; times++) await searchMessages(of.parts, of.ada, 'plan')
  expect((await searchMessages(of.parts, of.ben, 'plan')).lines).toEqual([])
})
