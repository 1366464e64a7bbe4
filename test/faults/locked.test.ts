import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lookOver } from './rig/afterwards.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { clinicFolder } from './rig/prepared.ts'
import { referencesIn, startProgram } from './rig/program.ts'

const LOCKING = fileURLToPath(new URL('./rig/lock-process.ts', import.meta.url))

/** Another process that writes, and does not end its transaction before it is told to. */
async function lockedBySomebodyElse(folder: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [LOCKING, path.join(folder, 'portal.db')], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    await once(child, 'close')
  }
}

// With a patience of its own for the test, both are tried in test/storage/opening.test.ts whenever anything is.
test.skipIf(!isLong)(
  'a database that somebody else has locked is waited for; who waits too long hears when to come back, and reading goes on',
  {
    timeout: patience,
  },
  async () => {
    const folder = await clinicFolder()
    const program = await startProgram(folder)
    expect(await program.deposit('before')).toMatchObject({ status: 201 })

    const unlock = await lockedBySomebodyElse(folder)
    const waiting = program.deposit('a-short-while')
    expect(await program.find('before')).toMatchObject({ status: 200, id: expect.stringMatching(/^dep_/) })
    await unlock()
    expect(await waiting).toMatchObject({ status: 201 })

    const unlockAtLast = await lockedBySomebodyElse(folder)
    const begun = performance.now()
    const answers = await Promise.all([1, 2, 3].map(number => program.deposit(`too-long-${number}`)))
    tell(`who waited for a locked database was told after ${Math.round(performance.now() - begun)} ms`)
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, type: 'urn:restante:problem:busy', retryAfter: expect.stringMatching(/^\d+$/) })
    expect(await program.find('before')).toMatchObject({ status: 200 })
    await unlockAtLast()
    // The same key again makes the one deposit it would have made.
    expect(await program.deposit('too-long-1')).toMatchObject({ status: 201 })
    await program.stop()
    const kept = [...(await referencesIn(folder))].filter(reference => reference.startsWith('too-long'))
    expect(kept).toEqual(['too-long-1'])
    await lookOver(folder, Date.now())
  },
)
