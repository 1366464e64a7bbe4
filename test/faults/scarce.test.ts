import { cp, rm, stat, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { lookOver } from './rig/afterwards.ts'
import { canMount, makeSmallDisk } from './rig/disk.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { clinicFolder } from './rig/prepared.ts'
import { type Answered, type Program, referencesIn, startProgram } from './rig/program.ts'

const MEGABYTE = 1_048_576
const LONG_LETTER = { text: 'Everything is fine. '.repeat(10_000) }
/** Far more than there is room for. */
const MOST = 500

const undone: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const undo of undone.splice(0)) await undo()
})

/** Deposits long letters, one after the other, until one is refused. */
async function depositUntilRefused(program: Program): Promise<{ acknowledged: string[]; refusal: Answered | null }> {
  const acknowledged: string[] = []
  for (let number = 1; number < MOST; number++) {
    const reference = `until-${number}`
    const answer = await program.deposit(reference, LONG_LETTER)
    if (answer?.status !== 201) return { acknowledged, refusal: answer }
    acknowledged.push(reference)
  }
  throw new Error('There is no end of room.')
}

const UNAVAILABLE = { status: 503, type: 'urn:restante:problem:unavailable' }

async function expectAllKept(folder: string, acknowledged: string[]): Promise<void> {
  const kept = await referencesIn(folder)
  expect(acknowledged.filter(reference => !kept.has(reference))).toEqual([])
  await lookOver(folder, Date.now())
}

describe.skipIf(!canMount())('on a full disk', () => {
  test('deposits are refused and come back when there is room again; what was kept can be read all the while', {
    timeout: patience,
  }, async () => {
    const disk = await makeSmallDisk(12)
    undone.push(disk.remove)
    const folder = path.join(disk.folder, 'data')
    await cp(await clinicFolder(), folder, { recursive: true })
    const ballast = path.join(disk.folder, 'ballast')
    await writeFile(ballast, Buffer.alloc(4 * MEGABYTE))
    const program = await startProgram(folder)
    const { acknowledged, refusal } = await depositUntilRefused(program)
    tell(`the disk was full after ${acknowledged.length} deposits`)
    expect(refusal).toMatchObject({ ...UNAVAILABLE, retryAfter: expect.stringMatching(/^\d+$/) })
    expect(await program.find(acknowledged[0]!)).toMatchObject({ status: 200, id: expect.stringMatching(/^dep_/) })
    // Refused again and again, it stays what it is: one clear refusal, and the process lives.
    for (let again = 0; again < 5; again++)
      expect(await program.deposit(`again-${again}`, LONG_LETTER)).toMatchObject(UNAVAILABLE)

    await rm(ballast)
    expect(await program.deposit('with-room', LONG_LETTER)).toMatchObject({ status: 201 })
    await program.stop()
    expect(await program.ended).toEqual({ code: 0, signal: null })
    await expectAllKept(folder, [...acknowledged, 'with-room'])
  })
})

/** A command line that sets a limit of the shell and becomes the program. */
const limited = (limit: string): string[] => ['bash', '-c', `ulimit ${limit}; exec "$@"`, 'limited']

describe.skipIf(!isLong)('under a limit', () => {
  test('of how large a file may be, deposits are refused, and nothing that was acknowledged is lost', {
    timeout: patience,
  }, async () => {
    const folder = await clinicFolder()
    const { size } = await stat(path.join(folder, 'portal.db'))
    const blocks = Math.ceil((size + 2 * MEGABYTE) / 1_024)
    const program = await startProgram(folder, { under: limited(`-f ${blocks}`) })
    const { acknowledged, refusal } = await depositUntilRefused(program)
    tell(`the file had reached its size after ${acknowledged.length} deposits`)
    expect(refusal).toMatchObject(UNAVAILABLE)
    expect(await program.find(acknowledged[0]!)).toMatchObject({ status: 200, id: expect.stringMatching(/^dep_/) })
    await program.stop()
    await expectAllKept(folder, acknowledged)
  })

  test('of how many files may be open, it serves on as soon as visitors leave', { timeout: patience }, async () => {
    const folder = await clinicFolder()
    const program = await startProgram(folder, { under: limited('-n 96') })
    const { port } = new URL(program.origin)
    const crowd = Array.from({ length: 200 }, () => connect(Number(port), 'localhost').on('error', () => undefined))
    await pause(200)
    // Whoever still gets an answer gets a whole one.
    const inTheCrowd = await Promise.race([program.deposit('in-the-crowd'), pause(1_000, null)])
    if (inTheCrowd !== null) expect([201, 503]).toContain(inTheCrowd.status)
    leave(crowd)
    let answer: Answered | null = null
    for (let tries = 0; tries < 100 && answer?.status !== 201; tries++) {
      answer = await program.deposit('afterwards')
      if (answer?.status !== 201) await pause(100)
    }
    expect(answer).toMatchObject({ status: 201 })
    await program.stop()
    expect(await program.ended).toEqual({ code: 0, signal: null })
    await expectAllKept(folder, ['afterwards', ...(inTheCrowd?.status === 201 ? ['in-the-crowd'] : [])])
  })
})

function leave(crowd: Socket[]): void {
  for (const socket of crowd) socket.destroy()
}
