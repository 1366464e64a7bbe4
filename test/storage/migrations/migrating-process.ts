import { writeSync } from 'node:fs'
import { migrateDatabase } from '../../../storage/migrations/migrate.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { engineAt } from './bare-database.ts'
import { RELEASES } from './shelves.ts'

// Migrates a database and says after each transaction that it has; killed in the middle by migrate.test.ts.
const engine = await engineAt(process.argv[2] ?? '')
const told = {
  ...engine,
  dialect: engine.dialect,
  read: engine.read.bind(engine),
  write: async <T>(work: Parameters<typeof engine.write<T>>[0]): Promise<T> => {
    const result = await engine.write(work)
    writeSync(1, 'step\n')
    return result
  },
}
const ran = await migrateDatabase(told, NEW_YEAR, RELEASES.third)
writeSync(1, `${JSON.stringify({ ran })}\n`)
await engine.close()
