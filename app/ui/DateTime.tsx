import type { Instant } from '../../server/time.ts'
import type { Precision } from '../language/moment.ts'
import { useTell } from '../language/moment.ts'
import type { Examples } from './example.ts'

/** A moment by the reader's own clock, with the zone in words. */
export function DateTime({ at, precision = 'moment' }: { at: Instant; precision?: Precision }) {
  const tell = useTell()
  return <time dateTime={new Date(at).toISOString()}>{tell(at, precision)}</time>
}

export const examples: Examples = {
  moment: <DateTime at={Date.UTC(2026, 0, 31, 17)} />,
  day: <DateTime at={Date.UTC(2026, 0, 31, 17)} precision="day" />,
}
