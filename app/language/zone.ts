/** Zones of the United States that somebody may know by name; all others are found by their place. */
export const US_ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
  'America/Puerto_Rico',
] as const
export type UsZone = (typeof US_ZONES)[number]

export const isUsZone = (timeZone: string): timeZone is UsZone => US_ZONES.some(zone => zone === timeZone)

export interface ZonePlace {
  value: string
  label: string
}

/**
 * By which locale places are named. Abbreviations would stand in their place where people know those ("CST"), so it is one where hardly
 * anybody does: the English of the world, the Spanish of Latin America.
 */
const PLACES_BY: Record<string, string> = { en: 'en-001', es: 'es-419' }

const known = new Map<string, ZonePlace[]>()

/**
 * Every zone by its place, in the order of its language's alphabet: the country, or the city where a country has several zones.
 * `Europe/Berlin` is "Alemania", `America/New_York` is "Nueva York".
 *
 * @param language - BCP 47.
 */
export function zonesByPlace(language: string): ZonePlace[] {
  const locale = PLACES_BY[language.split('-')[0]!] ?? 'en-001'
  // Four hundred formats take a while, and the places of the world do not change while a portal runs.
  const places = known.get(locale) ?? placesIn(locale)
  known.set(locale, places)
  return places
}

function placesIn(locale: string): ZonePlace[] {
  const bare = bareIn(locale)
  const places = Intl.supportedValuesOf('timeZone').map(zone => {
    const said = timeOf(zone, locale)
    return { value: zone, label: /^(GMT|UTC|[A-Z]{2,5}$)/.test(said) ? cityOf(zone) : bare(said) }
  })
  const { compare } = new Intl.Collator(locale)
  return places.sort((one, other) => compare(one.label, other.label))
}

/** "hora de Alemania", "Germany Time". */
const timeOf = (timeZone: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortGeneric' })
    .formatToParts(0)
    .find(({ type }) => type === 'timeZoneName')!.value

/** Takes off what a language says around every place: what two of them have in common, before and behind. */
function bareIn(locale: string): (said: string) => string {
  const [one, other] = [timeOf('Asia/Tokyo', locale), timeOf('Europe/Moscow', locale)]
  const [before, behind] = [inCommon([...one], [...other]), inCommon([...one].reverse(), [...other].reverse())]
  return said => said.slice(before, said.length - behind)
}

const inCommon = (one: string[], other: string[]): number => one.findIndex((letter, at) => letter !== other[at])

/** As the world's list has it, for the few that no locale has a place for. */
const cityOf = (zone: string): string => zone.split('/').at(-1)!.replaceAll('_', ' ')
