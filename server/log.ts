import { pino } from 'pino'
import { isPortalError } from './errors.ts'
import type { Facts, Log } from './parts.ts'
import { type Clock, toIso } from './time.ts'

/** Writes one JSON line for each event to stdout. */
export function openLog(level: string, clock: Clock): Log {
  const lines = pino({ level, base: null, timestamp: () => `,"at":"${toIso(clock())}"`, messageKey: 'event' })
  return {
    debug: (event, facts) => lines.debug(facts ?? {}, event),
    info: (event, facts) => lines.info(facts ?? {}, event),
    warn: (event, facts) => lines.warn(facts ?? {}, event),
    error: (event, error, facts) => lines.error({ ...facts, ...describe(error) }, event),
  }
}

/**
 * What may be said of an error. The text of an unknown one is left out: a parser's complaint quotes what it read, and that can be
 * a patient's letter. Where it happened is enough to find it.
 */
function describe(error: unknown): Facts {
  if (isPortalError(error)) return { error: error.code, sentence: error.message }
  if (!(error instanceof Error)) return { error: typeof error }
  const where = (error.stack ?? '')
    .split('\n')
    .filter(line => line.trimStart().startsWith('at '))
    .slice(0, 8)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  return { error: error.name, code, where: where.map(line => line.trim()).join(' < ') }
}
