import { expect, test } from 'vitest'
import { endOfDay, tell } from '../../app/language/moment.ts'
import { momentInWords } from '../../server/letters/moment.ts'
import { days, hours } from '../../server/time.ts'
import { clinicPortal } from '../support/people.ts'

const NEW_YORK = 'America/New_York'
const MADRID = 'Europe/Madrid'

test.each([
  // 2:00 becomes 3:00
  ['2026-03-08T06:59Z', NEW_YORK, 'Sunday, March 8, 2026 at 1:59 AM Eastern Time'],
  ['2026-03-08T07:00Z', NEW_YORK, 'Sunday, March 8, 2026 at 3:00 AM Eastern Time'],
  ['2026-03-29T00:59Z', MADRID, 'Sunday, March 29, 2026 at 1:59 AM Central European Time'],
  ['2026-03-29T01:00Z', MADRID, 'Sunday, March 29, 2026 at 3:00 AM Central European Time'],
  // 2:00 becomes 1:00, and in Madrid 3:00 becomes 2:00: what comes twice is told apart, and nothing else
  ['2026-11-01T04:59Z', NEW_YORK, 'Sunday, November 1, 2026 at 12:59 AM Eastern Time'],
  ['2026-11-01T05:59Z', NEW_YORK, 'Sunday, November 1, 2026 at 1:59 AM Eastern Daylight Time'],
  ['2026-11-01T06:59Z', NEW_YORK, 'Sunday, November 1, 2026 at 1:59 AM Eastern Standard Time'],
  ['2026-11-01T07:00Z', NEW_YORK, 'Sunday, November 1, 2026 at 2:00 AM Eastern Time'],
  ['2026-10-24T23:59Z', MADRID, 'Sunday, October 25, 2026 at 1:59 AM Central European Time'],
  ['2026-10-25T00:59Z', MADRID, 'Sunday, October 25, 2026 at 2:59 AM Central European Summer Time'],
  ['2026-10-25T01:59Z', MADRID, 'Sunday, October 25, 2026 at 2:59 AM Central European Standard Time'],
  ['2026-10-25T02:00Z', MADRID, 'Sunday, October 25, 2026 at 3:00 AM Central European Time'],
])('pages and letters tell %s in %s as %s', (moment, zone, words) => {
  expect(tell(Date.parse(moment), 'en', zone)).toBe(words)
  expect(momentInWords(moment, zone, 'en')).toBe(words)
})

// How a day's moments end is kept from the first of them: in en-GB nothing can be, as hours have two figures beside a zone and one without.
test.each([
  ['en', 'Friday, January 9, 2026 at 11:30 AM Eastern Time', 'Friday, January 9, 2026 at 4:30 AM Eastern Time'],
  ['es-US', 'viernes, 9 de enero de 2026, 11:30 a.m. hora oriental', 'viernes, 9 de enero de 2026, 4:30 a.m. hora oriental'],
  ['en-GB', 'Friday, 9 January 2026 at 11:30 Eastern Time', 'Friday, 9 January 2026 at 04:30 Eastern Time'],
])('in %s each moment of a day is told by its own clock', (language, first, second) => {
  const told = (iso: string) => tell(Date.parse(iso), language, NEW_YORK).replace(/\s/g, ' ')
  expect(told('2026-01-09T16:30Z')).toBe(first)
  expect(told('2026-01-09T09:30Z')).toBe(second)
})

const CHANGES = [
  ['2026-03-08', NEW_YORK, 23],
  ['2026-11-01', NEW_YORK, 25],
  ['2026-03-29', MADRID, 23],
  ['2026-10-25', MADRID, 25],
] as const

test.each(CHANGES)(
  'what can be read until the end of %s in %s can be read to its last minute, %i hours',
  async (day, zone, long) => {
    const end = endOfDay(day, zone)!
    expect(tell(end, 'en', zone)).toContain('11:59 PM')
    const dayBefore = new Date(Date.parse(day) - days(1)).toISOString().slice(0, 10)
    const midnight = endOfDay(dayBefore, zone)!
    expect(end - midnight).toBe(hours(long))

    const clinic = await clinicPortal({ now: midnight })
    await clinic.deposits('Result', [clinic.patient('Ada Lopez')], { expiresAt: end })
    clinic.clock.advance(hours(long) - 1)
    expect(await clinic.portal.expireDue()).toBe(0)
    clinic.clock.advance(1)
    expect(await clinic.portal.expireDue()).toBe(1)
  },
)
