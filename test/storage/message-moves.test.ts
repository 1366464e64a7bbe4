import { expect, test } from 'vitest'
import { padded } from '../../storage/batches.ts'
import { openSqlite } from '../../storage/engines/sqlite.ts'
import { moveRows } from '../../storage/message-moves.ts'
import { afterTest } from '../support/closing.ts'
import { temporaryStorage } from '../support/storage.ts'
import { clinic, move } from './kept.ts'

test('of messages that are moved together, one that another has changed meanwhile is left as it is, and missing in the count', async () => {
  const storage = await temporaryStorage()
  afterTest(storage.remove)
  const { keep } = await clinic(storage.store)
  const [waiting, opened, retracted] = [await keep(), await keep(), await keep()]
  await storage.store.transaction(tx => move(tx, opened.id, ['waiting'], 'opened'))
  await storage.store.transaction(tx => move(tx, retracted.id, ['waiting'], 'retracted'))
  const engine = await openSqlite(storage.file)
  afterTest(() => engine.close())
  const to = (id: string, revision: number) => ({ id, revision, state: 'expired' as const, mac: new Uint8Array(32) })

  const written = await engine.write(async db => {
    // As they would be if nobody had opened one of them and taken another back.
    const moves = [...moveRows(db, [to(waiting.id, 2), to(opened.id, 2), to(retracted.id, 3)], ['waiting', 'opened'])]
    return Promise.all(moves.map(async ({ count, statement }) => [count, (await statement).numAffectedRows]))
  })
  expect(written).toEqual([[3, 1n]])
  const rows = await engine.read(db => db.selectFrom('messages').select(['id', 'state', 'revision']).execute())
  const states = new Map(rows.map(({ id, state, revision }) => [id, `${state} ${revision}`]))
  expect([waiting, opened, retracted].map(({ id }) => states.get(id))).toEqual(['expired 2', 'opened 2', 'retracted 2'])
})

test('lists have few lengths, and none loses or gains an item', () => {
  const lengths = new Set<number>()
  for (let length = 1; length <= 512; length++) {
    const items = Array.from({ length }, (_, at) => at)
    const list = padded(items)
    expect(new Set(list)).toEqual(new Set(items))
    lengths.add(list.length)
  }
  expect([...lengths]).toEqual([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512])
})
