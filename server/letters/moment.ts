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
  const generic = format(at, timeZone, locale, 'longGeneric')
  // Zones without a name of their own come out as "GMT+00:00"; their long form is a name more often.
  const inWords = /(GMT|UTC)[+-]?\d/.test(generic) ? format(at, timeZone, locale, 'long') : generic
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

const format = (at: number, timeZone: string, locale: string, timeZoneName: 'long' | 'longGeneric'): string =>
  new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName,
  }).format(at)
