import type { DatabaseConnection, Driver } from 'kysely'

/** Kysely's way to one connection that an engine has opened, keeps and closes; transactions are begun and ended by the engine alone. */
export class HandDriven implements Driver {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {
    // the engine has opened it already
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    // the engine keeps it
  }

  async destroy(): Promise<void> {
    // the engine closes it
  }

  beginTransaction = refuse
  commitTransaction = refuse
  rollbackTransaction = refuse
}

async function refuse(): Promise<void> {
  throw new Error('The engine begins and ends transactions, nothing else.')
}
