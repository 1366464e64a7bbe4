import type { Authenticated } from './schema/keys.ts'
import type { Database } from './schema.ts'
import { authenticate, isAuthentic } from './sealing/blind-index.ts'
import type { Encodable } from './sealing/encoding.ts'
import type { Key } from './sealing/keys.ts'
import { tampered } from './sealing/refusal.ts'

/** Tables whose rows are authenticated. */
export type AuthenticatedTable = { [T in keyof Database]: Database[T] extends Authenticated ? T : never }[keyof Database]

type Bare<T extends AuthenticatedTable> = Omit<Database[T], 'mac'>

/**
 * Authenticates whole rows: whoever can write to the database but has no key can neither change one nor make one up. That also
 * holds for rows that seal nothing, such as a session or a role.
 */
export interface Rows {
  /** The row with its `mac`; one it had before is replaced. */
  sign<T extends AuthenticatedTable>(table: T, row: Bare<T>): Database[T]
  /** The row as it was written. @throws PortalError `tampered` when it is not. */
  check<T extends AuthenticatedTable>(table: T, row: Database[T]): Database[T]
}

const known = new Map<string, Columns>()

function columnsOf(table: string): Columns {
  const before = known.get(table)
  if (before) return before
  const none = { names: [], inOrder: [] }
  known.set(table, none)
  return none
}

/** @param key - for row authentication only. */
export function rowsUnder(key: Key): Rows {
  const valuesOf = (table: string, row: object): Encodable[] => [table, ...columns(row, columnsOf(table))]
  return {
    sign: (table, row) => ({ ...row, mac: authenticate(key, valuesOf(table, row)) }) as Database[typeof table],
    check(table, row) {
      if (!isAuthentic(key, row.mac, valuesOf(table, row))) throw tampered()
      return row
    },
  }
}

/** Names of the columns of a table as its last row had them, and the same in order. */
interface Columns {
  names: string[]
  inOrder: string[]
}

/** Name and value of every column, in order of the names. Nulls are left out, so that a later release can add a column. */
function columns(row: object, known: Columns): Encodable[] {
  const names = Object.keys(row)
  // Rows of a table have come with the same names since the last one: sorting them takes as long as authenticating.
  if (names.length !== known.names.length || names.some((name, at) => name !== known.names[at]))
    Object.assign(known, { names, inOrder: names.toSorted() })
  const values: Encodable[] = []
  for (const name of known.inOrder) {
    const value = (row as Record<string, Encodable>)[name]!
    if (name !== 'mac' && value !== null) values.push(name, value)
  }
  return values
}
