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
  if (!formats.has(keyOf(timeZone, locale)) && !isTimeZone(timeZone))
    throw new TypeError('A letter tells of a time zone that is none.')
  const onTheWall = formatFor(timeZone, locale)
  const generic = formatFor(timeZone, locale, 'longGeneric').format(at)
  // When clocks go back, by an hour or half of one, the same words would mean two moments: the long form tells them apart.
  const shown = onTheWall.format(at)
  const isTwice = [-60, -30, 30, 60].some(away => onTheWall.format(at + minutes(away)) === shown)
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

type ZoneName = 'long' | 'longGeneric' | 'short'

/** To make one takes longer than everything else about a letter; there are as many as zones and languages of those who are written to. */
const formats = new Map<string, Intl.DateTimeFormat>()
const MAX_FORMATS = 500

const keyOf = (timeZone: string, locale: string, timeZoneName: ZoneName | '' = ''): string =>
  [timeZone, locale, timeZoneName].join(' ')

function formatFor(timeZone: string, locale: string, timeZoneName?: ZoneName): Intl.DateTimeFormat {
  const key = keyOf(timeZone, locale, timeZoneName)
  const known = formats.get(key)
  if (known !== undefined) return known
  if (formats.size >= MAX_FORMATS) formats.clear()
  const made = newFormat(timeZone, locale, timeZoneName)
  formats.set(key, made)
  return made
}

const newFormat = (timeZone: string, locale: string, timeZoneName?: ZoneName): Intl.DateTimeFormat =>
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
