import type { Instant } from '../../server/time.ts'
import { useLocale, useSurroundings } from './words.ts'

/**
 * How a moment is told: `day` for lists, `time` alone for what has just been, `moment` where the hour counts, with the zone in words; `exact`
 * to the second, for tables.
 */
export type Precision = 'day' | 'time' | 'moment' | 'exact'

/** Tells a moment in a person's language and zone: "Friday, November 20, 2026 at 5:00 PM Eastern Time". */
export function tell(at: Instant, language: string, timeZone: string, precision: Precision = 'moment'): string {
  if (precision !== 'moment') return formatOf(language, timeZone, precision).format(at)
  const bare = formatOf(language, timeZone, 'moment')
  const end = zoneEnds.get(zoneKey(at, language, timeZone))
  if (end !== undefined) return bare.format(at) + end
  const whole = momentWithZone(at, language, timeZone)
  // Of a day on which the clocks do not change, all moments end in the same words.
  if (isZoneLast(language) && !changesAround(Math.floor(at / ONE_DAY), timeZone)) {
    if (zoneEnds.size >= MOST_DAYS) zoneEnds.clear()
    zoneEnds.set(zoneKey(at, language, timeZone), whole.slice(bare.format(at).length))
  }
  return whole
}

/** Whether this language puts the zone behind a moment and tells the rest as without it, hours of one figure and of two. */
function isZoneLast(language: string): boolean {
  const zoned = formatOf(language, 'UTC', 'moment', 'longGeneric')
  const bare = formatOf(language, 'UTC', 'moment')
  return [0, 6, 12, 18].every(hour => zoned.format(hour * ONE_HOUR).startsWith(bare.format(hour * ONE_HOUR)))
}

function momentWithZone(at: Instant, language: string, timeZone: string): string {
  const generic = formatOf(language, timeZone, 'moment', 'longGeneric').format(at)
  // When clocks go back, an hour comes twice: which of the two is meant only the long name says, "Eastern Daylight Time".
  if (!isTwice(at, timeZone) && isName(generic)) return generic
  return formatOf(language, timeZone, 'moment', nameless(language, timeZone)).format(at)
}

/** How a moment's words end, by day, language and zone: to find a zone's name takes ten times as long as to tell the rest. */
const zoneEnds = new Map<string, string>()
const zoneKey = (at: Instant, language: string, timeZone: string): string => `${Math.floor(at / ONE_DAY)} ${language} ${timeZone}`

/** Zones without a name of their own come out as "GMT+00:00"; their long form is a name more often. */
const isName = (generic: string): boolean => !/GMT[+-]\d/.test(generic)

/** The clock of nowhere is better known as "UTC" than by its long name. */
const nameless = (language: string, timeZone: string): 'short' | 'long' =>
  formatOf(language, timeZone, 'bare').resolvedOptions().timeZone === 'UTC' ? 'short' : 'long'

/** What the clocks of a zone show: "5:00 PM". */
export const tellTime = (at: Instant, language: string, timeZone: string): string =>
  formatOf(language, timeZone, 'time').format(at)

/** A zone in words, as the end of {@link tell} has it: "Eastern Time". */
export function tellZone(at: Instant, language: string, timeZone: string): string {
  const named = (zoneName: ZoneName) =>
    formatOf(language, timeZone, 'bare', zoneName)
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')!.value
  const generic = named('longGeneric')
  return isName(generic) ? generic : named(nameless(language, timeZone))
}

/** How far clocks go back, somewhere in the world: an hour, or half of one. */
const NEIGHBOURS = [-60, -30, 30, 60].map(minutes => minutes * 60_000)

/** Whether clocks show the same once more. */
const isTwice = (at: Instant, timeZone: string): boolean =>
  changesAround(Math.floor(at / ONE_DAY), timeZone) &&
  NEIGHBOURS.some(away => at + away + offset(at + away, timeZone) === at + offset(at, timeZone))

const ONE_DAY = 86_400_000
const ONE_HOUR = 3_600_000
const MOST_DAYS = 1_000
const days = new Map<string, boolean>()

/** Whether clocks change on a day of UTC, or within an hour of it: two days of a year. To ask is dear, and lists ask for every line. */
function changesAround(day: number, timeZone: string): boolean {
  const key = `${timeZone} ${day}`
  const known = days.get(key)
  if (known !== undefined) return known
  if (days.size >= MOST_DAYS) days.clear()
  const changes = offset(day * ONE_DAY - ONE_HOUR, timeZone) !== offset((day + 1) * ONE_DAY + ONE_HOUR, timeZone)
  days.set(key, changes)
  return changes
}

/** A day of the calendar, wherever its reader is: "Wednesday, November 25". @param day - `2026-11-25` */
export const tellDay = (day: string, language: string): string =>
  formatOf(language, 'UTC', 'weekday').format(Date.parse(`${day}T12:00:00Z`))

const DAY = { year: 'numeric', month: 'long', day: 'numeric' } as const
/** What each format tells, but for the zone. */
const SHAPES = {
  bare: {},
  day: DAY,
  weekday: { weekday: 'long', month: 'long', day: 'numeric' },
  time: { hour: 'numeric', minute: '2-digit' },
  moment: { ...DAY, weekday: 'long', hour: 'numeric', minute: '2-digit' },
  exact: { dateStyle: 'medium', timeStyle: 'long' },
  numbers: { hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>
type ZoneName = 'longGeneric' | 'long' | 'short'

const MOST_FORMATS = 200
const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * A format of dates, made once. Making one takes many times as long as using it, and memory that the garbage collector knows nothing of:
 * with one for each line of a list, a thousand pages grew the process by two gigabytes.
 */
function formatOf(language: string, timeZone: string, shape: keyof typeof SHAPES, zoneName?: ZoneName): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${shape} ${zoneName}`
  const known = formats.get(key)
  if (known !== undefined) return known
  if (formats.size >= MOST_FORMATS) formats.clear()
  const made = new Intl.DateTimeFormat(language, { ...SHAPES[shape], timeZone, ...(zoneName && { timeZoneName: zoneName }) })
  formats.set(key, made)
  return made
}

/** {@link tell} for whoever looks at this page. */
export function useTell(): (at: Instant, precision?: Precision) => string {
  const { timeZone } = useSurroundings()
  const locale = useLocale()
  return (at, precision) => tell(at, locale, timeZone, precision)
}

/**
 * The last minute of a day in a zone, for "until this day".
 *
 * @param day - `2026-12-31`, as a date field sends it.
 * @returns null when that is no day.
 */
export function endOfDay(day: string, timeZone: string): Instant | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null
  const wall = Date.parse(`${day}T23:59:00Z`)
  if (Number.isNaN(wall)) return null
  // Twice, because the offset at the first guess may be that of the other side of a clock change.
  const guess = wall - offset(wall, timeZone)
  return wall - offset(guess, timeZone)
}

/** Milliseconds that a zone's clocks are ahead of UTC at a moment. */
function offset(at: Instant, timeZone: string): number {
  const format = formatOf('en-US', timeZone, 'numbers')
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!) - Math.floor(at / 60_000) * 60_000
}
