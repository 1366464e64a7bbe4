import type { Damage } from '../../server/damage.ts'
import { isPortalError } from '../../server/errors.ts'
import type { Row } from '../engines/engine.ts'
import { type AuthenticatedTable, rowsUnder } from '../rows.ts'
import { tampered } from '../sealing/refusal.ts'
import type { PortalKeys } from '../work.ts'

/** Gathers what is not as it was written; each thing once. */
export class Looking {
  readonly damage: Damage[] = []
  readonly #told = new Set<string>()

  tell(damage: Damage): void {
    const name = JSON.stringify(damage)
    if (this.#told.has(name)) return
    this.#told.add(name)
    this.damage.push(damage)
  }

  /** Looks, and tells of this when it does not verify. Whatever else fails is thrown. */
  async at(damage: Damage, look: () => Promise<unknown> | unknown): Promise<void> {
    try {
      await look()
    } catch (error) {
      if (!isDamage(error)) throw error
      this.tell(damage)
    }
  }

  /** Rows of any table as they lie there. */
  rows(keys: PortalKeys): (table: string, row: Row) => Promise<void> {
    const rows = rowsUnder(keys.rows)
    return (table, row) =>
      this.at({ table, row: rowName(row) }, () => {
        if (!isWritable(row)) throw tampered()
        if (!('mac' in row)) return
        if (!(row.mac instanceof Uint8Array)) throw tampered()
        if (table === 'organization_keys') keys.organizations.check(row as never)
        else rows.check(table as AuthenticatedTable, row as never)
      })
  }
}

const DAMAGE = new Set(['tampered', 'gone', 'not_found'])

/** RangeError, TypeError: a byte that was changed may have made another kind of value of it. */
const isDamage = (error: unknown): boolean =>
  isPortalError(error) ? DAMAGE.has(error.code) : error instanceof RangeError || error instanceof TypeError

/** What names a row to people; without what would break a line of a text. */
export const rowName = (row: Row): string =>
  String(row.owner ?? row.id ?? row.number ?? row.kid ?? row.hash ?? row.token_hash ?? row.request ?? 'unnamed')
    .replace(/[^\w.:+-]/g, '?')
    .slice(0, 64) || 'unnamed'

/** A byte that was changed may have made a fraction of a number: no column holds one, and no encoding. Such a row is not in a backup. */
export const isWritable = (row: Row): boolean =>
  Object.values(row).every(value => typeof value !== 'number' || Number.isSafeInteger(value))
