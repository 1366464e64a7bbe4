/** `npm run test:faults` tries everything there is to try; `npm test` a part of it that is over in seconds. */
export const isLong = process.env.FAULTS === 'long'

/** How often something is done: little in the short form, much in the long one. */
export const times = (short: number, long: number): number => (isLong ? long : short)

/** Milliseconds a test may take at most; says nothing about how long it should. */
export const patience = times(120_000, 1_800_000)

/** What a fault did, for whoever looks on: figures that depend on the machine are shown, and asserted by {@link requireWithin} alone. */
export const tell = (what: string): void => {
  if (isLong) process.stdout.write(`  ${what}\n`)
}

/**
 * The longest that something may take for whoever waits for it, on a machine that does nothing else: in the long form, which is run on one.
 *
 * @param milliseconds - what it took.
 */
export function requireWithin(seconds: number, what: string, milliseconds: number): void {
  tell(`${what}: ${Math.round(milliseconds)} ms`)
  if (isLong && milliseconds > seconds * 1_000)
    throw new Error(`${what} took ${Math.round(milliseconds)} ms; ${seconds} s are the most. Was the machine quiet?`)
}
