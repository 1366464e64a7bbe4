import type { Damage } from '../../server/damage.ts'

/** Files that the part store lacked: told of, and no reason to refuse the rest. */
export const LOST_FILE = 'part_store'
/** The trail as a whole. */
export const WHOLE_TRAIL = 'trail'

/** A line for each, to lie with a backup: ids alone. */
export const damageText = (damage: readonly Damage[]): string =>
  damage.map(({ table, row, part }) => `${[table, row, part].filter(word => word !== undefined).join(' ')}\n`).join('')

export const damageIn = (text: string): Damage[] =>
  text.split('\n').flatMap(line => {
    const [table, row, part] = line.split(' ')
    return table && row ? [{ table, row, part }] : []
  })

const nameOf = ({ table, row, part }: Damage): string => `${row}${part === undefined ? '' : ` (${part})`} in ${table}`

const SHOWN = 5

/** What does not verify, for people; null when everything does. */
export function tellDamage(damage: readonly Damage[]): string | null {
  const rows = damage.filter(({ table }) => table !== LOST_FILE)
  if (rows.length === 0) return null
  const some = rows.slice(0, SHOWN).map(nameOf).join(', ')
  return `${rows.length} ${rows.length === 1 ? 'row does' : 'rows do'} not verify: ${some}${rows.length > SHOWN ? ', …' : ''}.`
}

/** Which files are not there, for people; null when all are. */
export function tellLost(damage: readonly Damage[]): string | null {
  const lost = damage.filter(({ table }) => table === LOST_FILE).map(({ row }) => row)
  if (lost.length === 0) return null
  const some = `${lost.slice(0, 3).join(', ')}${lost.length > 3 ? ', …' : ''}`
  return `${lost.length} large files are not in the part store, and so not in this backup (${some}).`
}
