import { globSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isPortalError } from '../../server/errors.ts'
import { days, type Instant, minutes } from '../../server/time.ts'
import { type Counted, lookOver } from './rig/afterwards.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { openPortal } from './rig/opened.ts'
import { clinicFolder } from './rig/prepared.ts'
import { storyIn } from './rig/prepared-story.ts'
import { referencesIn, startProgram } from './rig/program.ts'

/** Does everything the portal does by itself, by a clock that is wrong; what it refuses to do by that clock is fine. */
async function workAt(folder: string, moment: Instant): Promise<string[]> {
  const { portal, close } = await openPortal(folder, moment)
  const refused: string[] = []
  for (const job of ['expireDue', 'disposeDue', 'forgetStale', 'sendDueLetters', 'signCheckpoint', 'renewDepositKeys'] as const) {
    await portal[job]().catch((error: unknown) => {
      if (!isPortalError(error)) throw error
      refused.push(`${job}: ${error.message}`)
    })
  }
  await close()
  return refused
}

// The library itself: the command of that name would stand between us and the program, and outlive neither.
const [FAKE_TIME] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

const YEAR_1970 = days(1)
const YEAR_2100 = Date.UTC(2100, 0, 1)

/** Messages by their state: what people can see of all this. */
const states = (counted: Counted) => Object.fromEntries(Object.entries(counted).filter(([name]) => name.startsWith('message ')))

afterEach(() => void vi.unstubAllEnvs())

describe('while the clock is wrong', () => {
  test.each([
    ['a day behind', (now: Instant) => now - days(1)],
    ['in 1970', () => YEAR_1970],
    ['a day ahead', (now: Instant) => now + days(1)],
  ])('by being %s, nothing expires and nothing is destroyed', async (_, wrong) => {
    const folder = await clinicFolder()
    const { now } = await storyIn(folder)
    const before = states(await lookOver(folder, now))
    const refused = await workAt(folder, wrong(now))
    if (refused.length > 0) tell(refused.join('; '))
    expect(states(await lookOver(folder, now))).toEqual(before)
    expect(await workAt(folder, now)).toEqual([])
    expect(states(await lookOver(folder, now))).toEqual(before)
  })

  test('by a century, what expired by it can be read again, and nothing is destroyed', async () => {
    const folder = await clinicFolder()
    const { now, gateway, deposit } = await storyIn(folder)
    tell((await workAt(folder, YEAR_2100)).join('; ') || 'in 2100 every job ran')
    const after = states(await lookOver(folder, now))
    expect(after['message disposed'] ?? 0).toBe(0)
    const { portal, close } = await openPortal(folder, now)
    const { messages } = await portal.extendDeposit({ client: gateway }, deposit, now + days(30))
    expect(messages.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting'])
    await close()
  })

  test.each([
    ['forward', Date.UTC(2026, 2, 8, 7)],
    ['back', Date.UTC(2026, 10, 1, 6)],
  ])('by an hour, as clocks are put %s, everything ends at the moment it was to end', async (_, change) => {
    vi.stubEnv('TZ', 'America/New_York')
    const folder = await clinicFolder()
    const { gateway, deposit } = await storyIn(folder)
    const until = change + minutes(10)
    const { portal, close } = await openPortal(folder, change - minutes(30))
    await portal.extendDeposit({ client: gateway }, deposit, until)
    await close()
    const states = async () => {
      const { parts, close } = await openPortal(folder, until)
      const messages = await parts.store.read(tx => tx.messages.ofDeposits([deposit]))
      await close()
      return messages.map(({ state }) => state)
    }
    expect(await workAt(folder, until - 1)).toEqual([])
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting'])
    expect(await workAt(folder, until)).toEqual([])
    expect(await states()).toEqual(['expired', 'expired', 'expired'])
  })

  test.skipIf(!isLong || FAKE_TIME === undefined).each(['1970-01-02 00:00:00', '2100-01-01 00:00:00'])(
    'at %s, the real program takes deposits that are there when it is right again',
    { timeout: patience },
    async moment => {
      const folder = await clinicFolder()
      const program = await startProgram(folder, { settings: { LD_PRELOAD: FAKE_TIME ?? '', FAKETIME: `@${moment}` } })
      expect(await program.deposit('by-a-wrong-clock')).toMatchObject({ status: 201 })
      await program.stop()
      expect(await referencesIn(folder)).toContain('by-a-wrong-clock')
      await lookOver(folder, (await storyIn(folder)).now)
    },
  )
})
