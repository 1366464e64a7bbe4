import { type DatabaseConnection, type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import type { EngineDialect } from './engine.ts'
import { HandDriven } from './hand-driven.ts'

/** Kysely on one connection of PostgreSQL whose transactions the engine begins and ends. */
export const postgresDialect = (connection: DatabaseConnection): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new HandDriven(connection),
  createIntrospector: db => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

/** Any number will do, as long as nobody else in the same database locks by it. */
export const MIGRATION_LOCK = 7_367_842

export const dialect: EngineDialect = {
  text: sql`text collate "C"`,
  integer: 'bigint',
  bytes: 'bytea',
  clustered: sql``,
  async tables(db) {
    const { rows } = await sql<{
      name: string
    }>`select tablename::text as name from pg_catalog.pg_tables where schemaname = current_schema()`.execute(db)
    return rows.map(row => row.name)
  },
  async makeAppendOnly(db, table) {
    const refusal = sql.id(`${table}_append_only`)
    await sql`create function ${refusal}() returns trigger language plpgsql as ${sql.lit(
      `begin raise exception '${table} is append-only'; end`,
    )}`.execute(db)
    await sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete on ${sql.table(table)}
      for each row execute function ${refusal}()`.execute(db)
    await sql`create trigger ${sql.id(`${table}_no_truncate`)} before truncate on ${sql.table(table)}
      for each statement execute function ${refusal}()`.execute(db)
  },
  async drop(db, tables) {
    for (const table of tables) {
      await sql`drop table if exists ${sql.table(table)} cascade`.execute(db)
      await sql`drop function if exists ${sql.id(`${table}_append_only`)}()`.execute(db)
    }
  },
  async lockMigrations(db) {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db)
    // A change of the schema takes as long as there are rows.
    await sql`set local statement_timeout = 0`.execute(db)
  },
}
