import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { lookOver } from './rig/afterwards.ts'
import { patience, requireWithin } from './rig/length.ts'
import { clinicFolder } from './rig/prepared.ts'
import { type Answered, type Program, referencesIn, startProgram } from './rig/program.ts'

// The portal runs in a thread of its own here, or in the only one: neither may show.
const THREADS = ['one', 'two']
const DEPOSITORS = 4

/** Deposits without a pause until nobody answers any more; says what was answered to each reference. */
async function depositUntilGone(program: Program, answers = new Map<string, Answered>()): Promise<Map<string, Answered>> {
  const one = async (depositor: number) => {
    for (let number = 1; ; number++) {
      const reference = `${depositor}-${number}`
      const answer = await program.deposit(reference)
      if (answer === null) return
      answers.set(reference, answer)
    }
  }
  await Promise.all(Array.from({ length: DEPOSITORS }, (_, depositor) => one(depositor)))
  return answers
}

test.each(THREADS)(
  'asked to stop in the middle of deposits, it answers what it took and loses none of it (threads: %s)',
  {
    timeout: patience,
  },
  async threads => {
    const folder = await clinicFolder()
    const program = await startProgram(folder, { settings: { PORTAL_THREADS: threads } })
    const begun = new Map<string, Answered>()
    const depositing = depositUntilGone(program, begun)
    while (begun.size <= DEPOSITORS) await pause(20)
    const asked = performance.now()
    await program.stop()
    const answers = await depositing
    expect(await program.ended).toEqual({ code: 0, signal: null })
    requireWithin(30, 'ended after SIGTERM', performance.now() - asked)
    expect(answers.size).toBeGreaterThan(DEPOSITORS)
    expect([...new Set([...answers.values()].map(({ status }) => status))]).toEqual([201])
    const kept = await referencesIn(folder)
    for (const reference of answers.keys()) expect(kept).toContain(reference)
    await lookOver(folder, Date.now())
  },
)

test.each(THREADS)(
  'when its database cannot be trusted any more, it acknowledges nothing and ends in error (threads: %s)',
  {
    timeout: patience,
  },
  async threads => {
    const folder = await clinicFolder()
    const program = await startProgram(folder, { settings: { PORTAL_THREADS: threads } })
    expect((await program.deposit('before'))?.status).toBe(201)
    const depositing = depositUntilGone(program)
    malform(path.join(folder, 'portal.db'))
    const told = performance.now()
    expect(await program.ended).toEqual({ code: 1, signal: null })
    const answers = await depositing
    expect(performance.now() - told).toBeLessThan(30_000) // by itself, not by the patience of this test
    expect(program.output()).toMatch(/"event":"storage.failed"/)
    const statuses = [...answers.values()].map(({ status }) => status)
    const firstRefusal = statuses.findIndex(status => status !== 201)
    if (firstRefusal >= 0) expect(statuses.slice(firstRefusal)).not.toContain(201)
  },
)

/** Says of a table that it lies where nothing is: whoever reads the schema next finds the file damaged. */
function malform(file: string): void {
  const db = new Database(file)
  db.unsafeMode(true)
  db.pragma('writable_schema = on')
  db.prepare("update sqlite_schema set sql = 'create nonsense' where name = 'deposits'").run()
  const version = db.pragma('schema_version', { simple: true }) as number
  db.pragma(`schema_version = ${version + 1}`)
  db.close()
}
