import type { Organization } from './organization.ts'
import type { Instant } from './time.ts'

/** More than this nobody would promise. */
export const MOST_ANSWER_DAYS = 30

/**
 * The day by which an answer may be expected: so many working days after the day it was sent, Monday to Friday, by the organization's
 * clock. Holidays differ from clinic to clinic and are not known.
 *
 * @returns `2026-11-25`; null when the organization does not say.
 */
export function answerBy({ timeZone, answersWithinDays }: Organization, sentAt: Instant): string | null {
  if (answersWithinDays === undefined || answersWithinDays === null) return null
  const day = new Date(`${dayIn(timeZone, sentAt)}T00:00:00Z`)
  for (let left = answersWithinDays; left > 0; ) {
    day.setUTCDate(day.getUTCDate() + 1)
    if (day.getUTCDay() % 6 !== 0) left--
  }
  return day.toISOString().slice(0, 10)
}

/** Formats are made once for each zone: they are slow to make, and the garbage collector does not know what they weigh. */
const formats = new Map<string, Intl.DateTimeFormat>()

function dayIn(timeZone: string, at: Instant): string {
  const known = formats.get(timeZone)
  // `sv` writes dates as ISO 8601 does.
  const format = known ?? new Intl.DateTimeFormat('sv', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  if (known === undefined) formats.set(timeZone, format)
  return format.format(at)
}
