import { writeSync } from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import { actNamed } from './acts.ts'
import { commitWithoutWaiting } from './hoped-for.ts'
import { openPortal } from './opened.ts'
import { storyIn } from './prepared-story.ts'

// Does one act on the portal in a folder, and says so when it has been told that it is done. Made to be killed on the way: from outside at a
// system call, or by itself before the statement of that number.
const [folder = '', name = '', deadlyStatement = '0', commits = 'durable'] = process.argv.slice(2)
if (deadlyStatement !== '0') dieBefore(Number(deadlyStatement))
if (commits === 'hoped-for') commitWithoutWaiting()

const act = actNamed(name)
const story = await storyIn(folder)
const opened = await openPortal(folder, act.at?.(story) ?? story.now)
// What it owes after a start is done with the first transaction; the act itself then ends with its own commit.
await opened.parts.store.transaction(tx => tx.organizations.list())
await act.run(opened, story)
writeSync(1, 'done\n')
await opened.close()

function dieBefore(deadly: number): void {
  let count = 0
  const countDown = () => {
    if (++count === deadly) process.kill(process.pid, 'SIGKILL')
  }
  const proto = BetterSqlite.prototype as { exec(text: string): unknown }
  const { exec } = proto
  proto.exec = function counted(this: BetterSqlite.Database, text: string) {
    countDown()
    return exec.call(this, text)
  }
  const statements = Object.getPrototypeOf(new BetterSqlite(':memory:').prepare('select 1')) as Record<
    'run' | 'all' | 'get',
    (this: BetterSqlite.Statement, ...values: unknown[]) => unknown
  >
  for (const way of ['run', 'all', 'get'] as const) {
    const original = statements[way]
    statements[way] = function counted(...values) {
      if (!this.readonly) countDown()
      return original.apply(this, values)
    }
  }
}
