import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'

/**
 * Measures how long each transaction of this process holds the one writer, its commit included, and how long the log is worked on while
 * nobody else can write. What the thread of the log does beside writers holds up nobody, nor does the disk, which is waited for later.
 */
export function watchWriter() {
  const { prepare, pragma } = Database.prototype
  const { postMessage } = Worker.prototype
  const transactions: number[] = []
  const commits: number[] = []
  const logs: number[] = []
  Database.prototype.prepare = function (this: Database.Database, source: string) {
    const statement = prepare.call(this, source) as Database.Statement<[]>
    const steps: Record<string, typeof beginning | undefined> = { 'begin immediate': beginning, commit: committing }
    const step = steps[source]
    if (step !== undefined) Object.assign(statement, { run: step(this, statement.run.bind(statement)) })
    return statement
  } as typeof prepare
  const begun = new WeakMap<Database.Database, number>()
  const beginning = (database: Database.Database, run: () => Database.RunResult) => () => {
    begun.set(database, performance.now())
    return run()
  }
  const committing = (database: Database.Database, run: () => Database.RunResult) => () => {
    const before = performance.now()
    const result = run()
    const since = begun.get(database)
    // What only reads does not begin so.
    if (since !== undefined) {
      transactions.push(performance.now() - since)
      commits.push(performance.now() - before)
    }
    return result
  }
  Database.prototype.pragma = function (source, options) {
    const before = performance.now()
    const result = pragma.call(this, source, options)
    if (source.startsWith('wal_checkpoint')) logs.push(performance.now() - before)
    return result
  }
  Worker.prototype.postMessage = function (...sent) {
    const before = performance.now()
    if (['RESTART', 'TRUNCATE'].includes(sent[0])) this.once('message', () => void logs.push(performance.now() - before))
    return postMessage.apply(this, sent)
  }
  return {
    transactions,
    commits,
    logs,
    reset: () => [transactions, commits, logs].forEach(times => void times.splice(0)),
    end() {
      Object.assign(Database.prototype, { prepare, pragma })
      Worker.prototype.postMessage = postMessage
    },
  }
}
