import Database from 'better-sqlite3'
import { afterEach, expect, test, vi } from 'vitest'
import type { Store, Tx } from '../../server/store.ts'
import { temporaryStorage } from '../support/storage.ts'

const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z')

afterEach(() => void vi.restoreAllMocks())

const READ: [string, string, (tx: Tx) => Promise<unknown>][] = [
  ['letters that are due', 'outbox_by_next_attempt_at', tx => tx.outbox.oldestDue(NEW_YEAR)],
  ['notices somebody was sent', 'outbox_by_recipient_settled_at', tx => tx.outbox.noticeTimes(['rcp_1', 'rcp_2'], NEW_YEAR)],
  ['what somebody was reminded of', 'outbox_by_recipient_nudge', tx => tx.outbox.lastNudge('rcp_1', 'reminder')],
  ['messages that expire', 'messages_by_expires_at', tx => tx.messages.dueToExpire(NEW_YEAR, 10)],
  ['a message by its form', 'messages_by_recipient_form_hash', tx => tx.messages.findByForm('rcp_1', 'hash')],
  ['a message by its locator', 'messages_by_locator_hash', tx => tx.messages.findByLocator('locator')],
  ['a deposit by its key', 'deposits_by_sender_idempotency_index', tx => tx.deposits.findByIdempotencyKey('cli_1', 'hash')],
]

test.each(READ)('%s are found by the index that holds nothing else', async (_what, index, look) => {
  const { store, remove, plansOf } = await watched()
  const plans = await plansOf(() => store.read(look))
  await remove()
  expect(plans.some(plan => plan.includes(index))).toBe(true)
})

test('letters are claimed by the index that holds nothing else', async () => {
  const { store, remove, plansOf } = await watched()
  const plans = await plansOf(() => store.transaction(tx => tx.outbox.claim(NEW_YEAR, NEW_YEAR + 1, 10)))
  await remove()
  expect(plans.some(plan => plan.includes('outbox_by_next_attempt_at'))).toBe(true)
})

test('letters are settled by their ids, however many are open', async () => {
  const { store, remove, plansOf } = await watched()
  const sent = ['out_1', 'out_2'].map(id => ({ id, state: 'sent' as const, at: NEW_YEAR, answer: '250' }))
  const plans = await plansOf(() => store.transaction(tx => tx.outbox.settle(NEW_YEAR, sent)))
  await remove()
  expect(plans.filter(plan => plan.includes('outbox'))).toEqual([
    expect.stringMatching(/SEARCH outbox USING \w+ KEY \(id=\?\)|sqlite_autoindex_outbox/),
  ])
})

test('no value stands where SQLite would plan the statement anew for each', async () => {
  const { store, remove, statementsOf } = await watched()
  const statements = await statementsOf(() => store.read(tx => tx.messages.dueToExpire(NEW_YEAR, 10)))
  await remove()
  const given = statements.filter(({ source }) => source.includes('?'))
  expect(given).not.toEqual([])
  for (const { source } of given) expect(source.replaceAll('+?', '')).not.toContain('?')
})

/** An empty storage whose statements are looked at. */
async function watched() {
  const seen: Database.Statement[] = []
  const { prepare } = Database.prototype
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, source: string) {
    const statement = prepare.call(this, source)
    seen.push(statement)
    return statement
  })
  const { store, remove } = await temporaryStorage()
  const statementsOf = async (act: () => Promise<unknown>): Promise<Database.Statement[]> => {
    seen.length = 0
    await act()
    return [...seen]
  }
  return {
    store: store satisfies Store,
    remove,
    statementsOf,
    /** How SQLite goes about what an act asks of it. */
    async plansOf(act: () => Promise<unknown>): Promise<string[]> {
      const statements = await statementsOf(act)
      return statements.map(({ database, source }) =>
        (prepare.call(database, `explain query plan ${source}`) as Database.Statement<unknown[]>)
          .all(...Array.from(source.matchAll(/\?/g), () => 1))
          .map(step => (step as { detail: string }).detail)
          .join('; '),
      )
    },
  }
}
