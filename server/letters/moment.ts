import { minutes } from '../time.ts'

/**
 * A moment as people say it, with the zone in words: "Monday, December 21, 2026 at 5:00 PM Eastern Time".
 *
 * @param iso - ISO 8601. @param timeZone - IANA zone of the reader. @param locale - BCP 47.
 * @throws TypeError when one of them is none.
 */
export function momentInWords(iso: string, timeZone: string, locale: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) throw new TypeError('A letter tells of a moment that is none.')
  if (!isTimeZone(timeZone)) throw new TypeError('A letter tells of a time zone that is none.')
  const generic = formatFor(timeZone, locale, 'longGeneric').format(at)
  const onTheWall = formatFor(timeZone, locale)
  // When clocks go back, by an hour or half of one, the same words would mean two moments: the long form tells them apart.
  const isTwice = [-60, -30, 30, 60].some(away => onTheWall.format(at + minutes(away)) === onTheWall.format(at))
  // Zones without a name of their own come out as "GMT+00:00"; their long form is a name more often, but "UTC" is better known than its own.
  const long = onTheWall.resolvedOptions().timeZone === 'UTC' ? 'short' : 'long'
  const inWords = isTwice || /(GMT|UTC)[+-]?\d/.test(generic) ? formatFor(timeZone, locale, long).format(at) : generic
  // Thin spaces show as boxes in old mail programs.
  return inWords.replace(/[\u202f\u2009\u00a0]/g, ' ')
}

export function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const formatFor = (timeZone: string, locale: string, timeZoneName?: 'long' | 'longGeneric' | 'short'): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    ...(timeZoneName && { timeZoneName }),
  })
