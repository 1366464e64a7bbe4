import BetterSqlite from 'better-sqlite3'

export type Row = Record<string, unknown>

/** Somebody who can write to the files, and has no key. */
export class Intruder {
  readonly #database: BetterSqlite.Database

  /** @param options - `keepTriggers`: leaves the seat belts on that hold back an accident, and no intruder. */
  constructor(file: string, options: { keepTriggers?: boolean } = {}) {
    this.#database = new BetterSqlite(file)
    this.#database.pragma('foreign_keys = OFF')
    if (options.keepTriggers) return
    for (const change of ['update', 'delete']) {
      for (const table of ['trail_entries', 'checkpoints']) this.#database.exec(`drop trigger if exists ${table}_no_${change}`)
    }
  }

  rows(table: string): Row[] {
    return this.#database.prepare(`select * from ${table}`).all() as Row[]
  }

  run(text: string, ...values: unknown[]): void {
    this.#database.prepare(text).run(...values)
  }

  /** Writes columns of the row that has this key. */
  set(table: string, key: Row, columns: Row): void {
    const assign = (of: object, by: string) =>
      Object.keys(of)
        .map(name => `${name} = ?`)
        .join(by)
    this.run(
      `update ${table} set ${assign(columns, ', ')} where ${assign(key, ' and ')}`,
      ...Object.values(columns),
      ...Object.values(key),
    )
  }

  close(): void {
    this.#database.close()
  }
}

/** One bit of each region of a sealed value: version, nonce, ciphertext, both ends of the tag. */
export function flips(bytes: Buffer): Buffer[] {
  const places = [0, 6, bytes.length >> 1, bytes.length - 16, bytes.length - 1]
  return [...new Set(places.filter(place => place >= 0 && place < bytes.length))].map((place, number) => {
    const changed = Buffer.from(bytes)
    changed[place]! ^= 1 << (number % 8)
    return changed
  })
}

/** What names a row of each table that is sealed or authenticated. */
export const KEYS: Record<string, string[]> = {
  sealed_parts: ['owner', 'part'],
  data_keys: ['number'],
  attachment_chunks: ['attachment', 'number'],
  organization_keys: ['id'],
  signing_keys: ['id'],
  clients: ['id'],
  access_tokens: ['hash'],
  staff: ['id'],
  recipients: ['id'],
  deposits: ['id'],
  messages: ['id'],
  attachments: ['id'],
  drafts: ['id'],
  deposit_keys: ['kid'],
  sessions: ['token_hash'],
  factors: ['id'],
  sign_in_requests: ['token_hash'],
  mailbox_codes: ['request'],
  enrolments: ['token_hash'],
  invitations: ['token_hash'],
  recoveries: ['id'],
  trail_entries: ['number'],
}
export const keyOf = (table: string, row: Row) => Object.fromEntries(KEYS[table]!.map(name => [name, row[name]]))
