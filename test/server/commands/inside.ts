import { readConfig } from '../../../server/config.ts'
import { rootKeysOf } from '../../../server/keys/provider.ts'
import type { Store } from '../../../server/store.ts'
import { openStorage } from '../../../storage/index.ts'

/** Looks into the database the operator works on. */
export async function inside<T>(env: Record<string, string>, look: (store: Store) => Promise<T>): Promise<T> {
  const config = readConfig(env)
  const store = await openStorage({
    url: config.databaseUrl,
    dataDirectory: config.dataFolder,
    ...(await rootKeysOf(config)),
    now: 0,
  })
  try {
    return await look(store)
  } finally {
    await store.close()
  }
}
