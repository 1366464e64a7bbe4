import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../../storage/engines/engine.ts'
import { openPostgres } from '../../../storage/engines/postgres.ts'
import { openSqlite } from '../../../storage/engines/sqlite.ts'
import { emptyDatabase } from '../../support/postgres-database.ts'
import type { EngineName } from '../../support/storage.ts'

/** A database in which nothing was made yet, and the folder that would be PORTAL_DATA. */
export interface BareDatabase {
  url: string
  directory: string
  remove(): Promise<void>
}

/** The caller removes it, when it is closed. */
export async function bareDatabase(engine: EngineName): Promise<BareDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'restante-migrate-'))
  const database = engine === 'postgres' ? await emptyDatabase() : null
  return {
    url: database?.url ?? `sqlite:${join(directory, 'portal.db')}`,
    directory,
    async remove() {
      await database?.remove()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The engine alone, without what the storage makes of it. */
export const engineAt = async (url: string): Promise<Engine> =>
  url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openPostgres(url)
