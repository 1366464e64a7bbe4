import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { lookOver } from './rig/afterwards.ts'
import { isLong, patience, requireWithin, tell } from './rig/length.ts'
import { clinicFolder } from './rig/prepared.ts'
import { type Answered, type Program, referencesIn, startProgram } from './rig/program.ts'
import { canTrace, underFault } from './rig/strace.ts'

const DEPOSITORS = 4
/** Which fsync of a thread fails: once, and all the later ones would succeed. */
const FAILING = [10, 11, 13, 17, 25, 40, 60]

interface Told {
  reference: string
  answer: Answered
  /** When it was sent, and when its answer was read. */
  asked: number
  at: number
}

/** Deposits until nobody answers; says what became of each. */
async function depositUntilGone(program: Program): Promise<Told[]> {
  const answers: Told[] = []
  const one = async (depositor: number) => {
    for (let number = 1; ; number++) {
      const reference = `${depositor}-${number}`
      const asked = performance.now()
      const answer = await program.deposit(reference)
      if (answer === null) return
      answers.push({ reference, answer, asked, at: performance.now() })
      if (answer.status !== 201) await pause(5)
    }
  }
  await Promise.all(Array.from({ length: DEPOSITORS }, (_, depositor) => one(depositor)))
  return answers
}

// The short forms: test/storage/fsync.test.ts, and test/faults/stopping.test.ts for how the process ends.
describe.skipIf(!isLong || !canTrace)('when an fsync fails once', () => {
  test.each(FAILING)(
    'the program ends in error, and what it had acknowledged is there (the %i. fsync)',
    {
      timeout: patience,
    },
    async when => {
      const folder = await clinicFolder()
      const program = await startProgram(folder, { under: underFault('fsync,fdatasync', 'error=EIO', when) })
      const answers = await depositUntilGone(program)
      const ended = performance.now()
      expect(await program.ended).toEqual({ code: 1, signal: null })
      expect(program.output()).toMatch(/SQLITE_IOERR_FSYNC.*"event":"storage.failed"/)

      const acknowledged = answers.filter(({ answer }) => answer.status === 201)
      const refused = answers.filter(({ answer }) => answer.status !== 201)
      tell(`${acknowledged.length} acknowledged, then ${refused.length} refused`)
      if (refused[0]) requireWithin(1, 'ended after the first refusal', ended - refused[0].at)
      expect(refused.every(({ answer }) => answer.status === 503 && answer.retryAfter !== null)).toBe(true)
      // From the failure on nothing is acknowledged, though every later fsync would succeed. Told by what was sent after a refusal had come:
      // answers on several lines may be read in another order than they were written.
      const failedAt = Math.min(...refused.map(({ at }) => at))
      expect(acknowledged.every(({ asked }) => asked < failedAt)).toBe(true)
      const kept = await referencesIn(folder)
      for (const { reference } of acknowledged) expect(kept).toContain(reference)
      await lookOver(folder, Date.now())
    },
  )
})
