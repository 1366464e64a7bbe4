import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noteEndings } from '../../server/ending.ts'
import { fileJournal, readJournal } from '../../server/ending-journal.ts'
import { PORTAL_ACTOR, record } from '../../server/trail/entry.ts'
import { digestOfSecret } from '../../storage/sealing/blind-index.ts'
import { afterTest } from '../support/closing.ts'
import { memoryTrail, NOON } from './trail/memory-trail.ts'

const ORGANIZATION = 'org_north'
const mac = (before: string, line: string) => digestOfSecret(`${before} ${line}`)

async function trailWithJournal() {
  const folder = await mkdtemp(join(tmpdir(), 'restante-endings-'))
  afterTest(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'endings.txt')
  const { store } = memoryTrail()
  const disposed = (ids: readonly string[]) =>
    store.transaction(async tx => {
      for (const object of ids)
        await record(tx, NOON, {
          organization: ORGANIZATION,
          actor: PORTAL_ACTOR,
          action: 'message.disposed',
          object,
          revision: 2,
        })
    })
  const read = async () => readJournal(await readFile(path, 'utf8'), mac)
  return { store, disposed, read, journal: () => fileJournal(path, mac) }
}

const named = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `msg_${from + at}`)

test('every ending is noted once and in order, however many there are, while others have their turns', async () => {
  const { store, disposed, read, journal } = await trailWithJournal()
  await disposed(named(0, 6_001))
  let turns = 0
  let isOver = false
  const turning = () => {
    turns++
    if (!isOver) setImmediate(turning)
  }
  setImmediate(turning)
  const endings = journal()
  expect(await noteEndings({ store, endings })).toBe(6_001)
  isOver = true
  // 200 in a read, 150 in a piece of the journal.
  expect(turns).toBeGreaterThan(6_001 / 200 + 6_001 / 150)
  expect((await read()).endings.map(({ id }) => id)).toEqual(named(0, 6_001))
  expect(await noteEndings({ store, endings })).toBe(0)
})

test('a journal that was read before is gone on with, by whoever wrote last', async () => {
  const { store, disposed, read, journal } = await trailWithJournal()
  const [one, other] = [journal(), journal()]
  for (const [at, endings] of [one, one, other, one].entries()) {
    await disposed(named(200 * at, 200 * at + 200))
    expect(await noteEndings({ store, endings })).toBe(200)
  }
  expect(await read()).toMatchObject({ wrongLine: null, through: 800, endings: named(0, 800).map(id => ({ id })) })
})
