/** Zones of the United States that somebody may know by name; all others are found by their cities. */
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

/** Every zone by its city, in groups by part of the world: `Europe/Berlin` is "Berlin" under "Europe". */
export function zonesByCity(): { name: string; options: { value: string; label: string }[] }[] {
  const groups = new Map<string, { value: string; label: string }[]>()
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const [part = '', ...city] = zone.replaceAll('_', ' ').split('/')
    if (city.length === 0) continue
    groups.set(part, [...(groups.get(part) ?? []), { value: zone, label: city.reverse().join(', ') }])
  }
  const inOrder = (a: { label: string }, b: { label: string }) => (a.label < b.label ? -1 : 1)
  return [...groups].map(([name, options]) => ({ name, options: options.sort(inOrder) }))
}
