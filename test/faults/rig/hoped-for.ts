import BetterSqlite from 'better-sqlite3'

/**
 * The control of every power cut: from here on a commit does not wait for the disk, and all else stays as it is. A test that does not
 * lose anything with this does not test anything.
 */
export function commitWithoutWaiting(): void {
  const connections = BetterSqlite.prototype as { pragma: BetterSqlite.Database['pragma'] }
  const { pragma } = connections
  connections.pragma = function deceived(this: BetterSqlite.Database, text, options) {
    if (text === 'synchronous') return 2
    return pragma.call(this, text === 'synchronous = FULL' ? 'synchronous = NORMAL' : text, options)
  }
}
