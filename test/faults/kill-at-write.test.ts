import { rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { act, actUndisturbed, folderFor, inPairs, momentOf } from './rig/acting.ts'
import { ACT_NAMES, type ActName, actNamed } from './rig/acts.ts'
import { type Counted, lookOver } from './rig/afterwards.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { canTrace, underFault, WRITES } from './rig/strace.ts'

interface Way {
  way: string
  isPossible: boolean
  fault(at: number): { under?: string[]; deadlyStatement?: number }
  short: { name: ActName; at: number[] }[]
}

/** How a process is made to end in the middle of an act: before its write of that number. */
const WAYS: Way[] = [
  {
    way: 'system call',
    isPossible: canTrace,
    fault: (at: number) => ({ under: underFault(WRITES, 'signal=SIGKILL', at) }),
    short: [
      { name: 'deposit', at: [6, 40] },
      { name: 'send a large file', at: [60, 150] },
    ],
  },
  // Needs nothing but Node, so that it is tried everywhere.
  {
    way: 'statement',
    isPossible: true,
    fault: (at: number) => ({ deadlyStatement: at }),
    short: [{ name: 'expire', at: [20, 200] }],
  },
]

/** Far more than any act takes. */
const MOST = 3_000

for (const { way, isPossible, fault, short } of WAYS) {
  describe.skipIf(!isPossible)(`killed before whichever ${way} that writes`, () => {
    test.each(isLong ? ACT_NAMES : short.map(({ name }) => name))(
      '“%s” has happened or has not, and is whole',
      { timeout: patience },
      async name => {
        const { before, after } = await bothEnds(name)
        let killed = 0
        const { at: places = [] } = short.find(one => one.name === name) ?? {}
        const numbers = isLong ? Array.from({ length: MOST }, (_, number) => number + 1) : places
        await inPairs(numbers, async at => {
          const folder = await folderFor(name)
          const ended = await act(folder, name, fault(at))
          if (ended.killed) killed++
          await expectWhole(name, folder, ended.acknowledged, { before, after }, `${way} ${at}`)
          await rm(folder, { recursive: true })
          return ended.killed ? 'go on' : 'enough'
        })
        tell(`${name}: killed before each of ${killed} ${way}s`)
        expect(killed).toBeGreaterThan(0)
      },
    )
  })
}

interface Ends {
  before: Counted
  after: Counted
}

const known = new Map<ActName, Promise<Ends>>()

/** What is there when nothing of an act has happened, and when all of it has. */
function bothEnds(name: ActName): Promise<Ends> {
  const ends = known.get(name) ?? findEnds(name)
  known.set(name, ends)
  return ends
}

async function findEnds(name: ActName): Promise<Ends> {
  const folder = await folderFor(name)
  const moment = await momentOf(folder, name)
  const before = await lookOver(folder, moment)
  const done = await folderFor(name)
  await actUndisturbed(done, name)
  const after = await lookOver(done, moment)
  if (name !== 'first start') expect(after).not.toEqual(before)
  return { before, after }
}

async function expectWhole(name: ActName, folder: string, acknowledged: boolean, { before, after }: Ends, where: string) {
  const { inSteps = false, again } = actNamed(name)
  const moment = await momentOf(folder, name)
  const left = await lookOver(folder, moment)
  if (acknowledged) expect(left, `${where}: it was acknowledged`).toEqual(after)
  else if (!inSteps) expect([before, after], where).toContainEqual(left)
  if (again === undefined) return
  await actUndisturbed(folder, name)
  const ended = await lookOver(folder, moment)
  if (again === 'to the same end') expect(ended, `${where}: done again`).toEqual(after)
}
