import path from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { lookOver } from './rig/afterwards.ts'
import { patience, tell, times } from './rig/length.ts'
import { openPortal } from './rig/opened.ts'
import { clinicFolder } from './rig/prepared.ts'
import { storyIn } from './rig/prepared-story.ts'
import { referencesIn } from './rig/program.ts'
import { workUntilKilled } from './rig/working.ts'

interface Acknowledged {
  what: string
  name: string
}

test('killed in the middle of deposits, openings, retractions, sign-ins and sweeps, the portal has all it acknowledged', {
  timeout: patience,
}, async () => {
  const folder = await clinicFolder()
  const { now } = await storyIn(folder)
  const all: Acknowledged[] = []
  for (let round = 1; round <= times(1, 40); round++) {
    all.push(...(await acknowledgedIn(folder, round)))
    expect(await missingIn(folder, all), `round ${round}`).toEqual([])
    await lookOver(folder, now)
  }
  const kinds = Map.groupBy(all, ({ what }) => what)
  tell(
    `acknowledged before it was killed: ${[...kinds].map(([what, list]) => `${what} ${list.length}`).join(', ')}; none missing`,
  )
  expect([...kinds.keys()].sort()).toEqual(['deposit', 'opening', 'retraction', 'session'])
})

async function acknowledgedIn(folder: string, round: number): Promise<Acknowledged[]> {
  const lines = await workUntilKilled('mixed-process.ts', [folder, String(round)], { enough: 60 + 13 * (round % 7) })
  return lines.map(line => {
    const [what = '', name = ''] = line.split(' ')
    return { what, name }
  })
}

/** What was acknowledged and is not there. */
async function missingIn(folder: string, all: Acknowledged[]): Promise<Acknowledged[]> {
  const references = await referencesIn(folder)
  const { portal, close } = await openPortal(folder, (await storyIn(folder)).now)
  const database = new BetterSqlite(path.join(folder, 'portal.db'), { readonly: true })
  const ids = (query: string) => new Set(database.prepare(query).pluck().all() as string[])
  const opened = ids(`select message from receipts where stage = 'opened'`)
  const retracted = ids(`select deposit from messages where state = 'retracted'`)
  database.close()
  const missing: Acknowledged[] = []
  for (const one of all) {
    const { what, name } = one
    const isThere =
      (what === 'deposit' && references.has(name)) ||
      (what === 'opening' && opened.has(name)) ||
      (what === 'retraction' && retracted.has(name)) ||
      (what === 'session' && (await portal.visitor(name)) !== null)
    if (!isThere) missing.push(one)
  }
  await close()
  return missing
}
