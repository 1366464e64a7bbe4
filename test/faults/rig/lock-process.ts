import BetterSqlite from 'better-sqlite3'

// Holds the database's write lock until nobody wants it any more.
const database = new BetterSqlite(process.argv[2] ?? '', { timeout: 10_000 })
database.exec('begin exclusive')
process.stdout.write('locked\n')
process.stdin.resume().once('end', () => {
  database.exec('rollback')
  database.close()
})
