import type { Tx } from '../store.ts'
import type { Instant } from '../time.ts'

/** How many letters of a kind somebody gets before they are spared. */
interface Spared {
  name: string
  most: number
  /** Milliseconds since the last one, after which they are counted anew. */
  rest: number
}

/** Counts a letter where wrong tries are counted, by a subject that need not be known. @returns whether it may be written. */
export async function countLetter(tx: Tx, subject: string, { name, most, rest }: Spared, now: Instant): Promise<boolean> {
  const { failures: written, lastFailureAt } = await tx.signIn.attempts.get(subject, name)
  const hasRested = lastFailureAt !== null && Math.abs(now - lastFailureAt) >= rest
  if (hasRested) await tx.signIn.attempts.clear(subject, name)
  else if (written >= most) return false
  await tx.signIn.attempts.fail(subject, name, now)
  return true
}
