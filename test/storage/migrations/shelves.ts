import { sql } from 'kysely'
import { initial } from '../../../storage/migrations/0001-initial.ts'
import type { Migration } from '../../../storage/migrations/migrate.ts'

/** What a later release might bring: a schema in three steps, the second of which has many rows to move. */
export const BOOKS = 60
const BATCH = 3

const first: Migration = { name: '0001-initial', up: initial }
const books: Migration = {
  name: '0002-books',
  async up(db, dialect) {
    await sql`create table books (number ${sql.raw(dialect.integer)} primary key, moved ${sql.raw(dialect.integer)} not null)`.execute(
      db,
    )
    for (let number = 1; number <= BOOKS; number++) await sql`insert into books values (${number}, 0)`.execute(db)
  },
}
const shelves: Migration = {
  name: '0003-shelves',
  async up(db) {
    await sql`create table shelves (name text primary key)`.execute(db)
  },
  async backfill(db, reached) {
    const from = Number(reached ?? 0)
    // Not to be repeated without notice: a batch that ran twice counts twice.
    await sql`update books set moved = moved + 1 where number > ${from} and number <= ${from + BATCH}`.execute(db)
    return from + BATCH < BOOKS ? String(from + BATCH) : null
  },
}
const lamps: Migration = {
  name: '0004-lamps',
  async up(db) {
    await sql`create table lamps (name text primary key)`.execute(db)
  },
}

export const RELEASES = { first: [first], third: [first, books, shelves, lamps] } as const
