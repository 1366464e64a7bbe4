import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { record } from '../trail/entry.ts'
import { actorOf } from './person.ts'
import { requireSession } from './session.ts'
import type { Factor, PersonRef } from './store.ts'
import type { Visitor } from './visitor.ts'

/**
 * What is sealed in the factor that stands for a sheet of printed codes until its owner has said that they have it; nothing from then on,
 * nor in those of sheets that were shown before anybody was asked.
 */
export const NOT_SAID_YET = 'shown'

/** Whether its owner has this factor at hand: a sheet was shown once, and may have been closed before it was printed or written down. */
const isAtHand = ({ kind, secret, lastUsedAt }: Factor): boolean =>
  kind !== 'printed_code' || secret !== NOT_SAID_YET || lastUsedAt !== null

/** They say that they have their printed codes. Said again, or without any, nothing happens. @throws PortalError `sign_in_required` */
export async function keepPrintedCodes({ store, clock }: Parts, visitor: Visitor): Promise<void> {
  const now = clock()
  await store.transaction(async tx => {
    const { session, person } = await requireSession(tx, visitor, now, 'full')
    const sheet = await unkeptSheet(tx, person.ref)
    if (sheet === null) return
    await tx.signIn.factors.replaceSecret(sheet.id, '')
    const { level, method } = session
    const about = { organization: person.ref.organization, actor: actorOf(person.ref), level, method }
    await record(tx, now, { ...about, action: 'factor.kept', object: sheet.id, detail: { factor: 'printed_code' } })
  })
}

/** Whether they were shown printed codes and have neither said that they have them nor used one. */
export async function owesPrintedCodes({ store, clock }: Parts, visitor: Visitor): Promise<boolean> {
  const now = clock()
  return store.read(async tx => {
    const { person } = await requireSession(tx, visitor, now, 'full')
    return (await unkeptSheet(tx, person.ref)) !== null
  })
}

async function unkeptSheet(tx: Tx, person: PersonRef): Promise<Factor | null> {
  const [sheet] = await tx.signIn.factors.ofPerson(person, 'printed_code')
  return sheet === undefined || isAtHand(sheet) ? null : sheet
}
