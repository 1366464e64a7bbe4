/** A moment: integer milliseconds since 1970-01-01T00:00:00Z. The only form in which time is stored or passed. */
export type Instant = number

/** Tells what time it is. Only main.ts makes a real one; tests set theirs by hand. */
export type Clock = () => Instant

export const seconds = (count: number): number => count * 1_000
export const minutes = (count: number): number => count * 60_000
export const hours = (count: number): number => count * 3_600_000
export const days = (count: number): number => count * 86_400_000

/** The moment in the form the API writes it: `2026-01-01T00:00:00.000Z`. */
export const toIso = (at: Instant): string => new Date(at).toISOString()
