import { normalizeActivationAnswer } from '../activation.ts'
import { PortalError } from '../errors.ts'
import type { Message } from '../message.ts'
import type { Parts } from '../parts.ts'
import type { Tx } from '../store.ts'
import { record } from '../trail/entry.ts'
import { countedTry, type Tried } from './attempts.ts'
import { actorOf, type Person } from './person.ts'
import { requireSession } from './session.ts'
import { recordSignedIn } from './signed-in.ts'
import type { Visitor } from './visitor.ts'

/**
 * Answers the sender's activation code or identity check: what keeps somebody who owns the mailbox, or was written to by mistake,
 * from becoming this recipient. Wrong answers are counted on the person, and twenty of them end it.
 *
 * @throws PortalError `wrong_code`, `too_many_attempts`, `sign_in_required`.
 */
export async function confirmPerson(parts: Parts, visitor: Visitor, answer: string): Promise<void> {
  const { person, owed } = await parts.store.read(async tx => {
    const { person } = await requireSession(tx, visitor, parts.clock())
    return { person, owed: await confirmationsOwed(tx, person) }
  })
  if (owed.length === 0) return
  const tried: Tried = { factor: 'confirmation', subject: person.ref.id, people: [person.ref] }
  const isConfirmed = await countedTry(
    parts,
    tried,
    async (tx, now) => {
      const { session } = await requireSession(tx, visitor, now)
      if (!(await matchesAny(tx, owed, answer))) return null
      await tx.recipients.confirm(person.ref.id, now)
      const { level, method } = session
      const about = { organization: person.ref.organization, actor: actorOf(person.ref), level, method }
      await record(tx, now, { ...about, action: 'recipient.confirmed', object: person.ref.id })
      // What was held back until now stands in the list from now on.
      if (level === 'full') await recordSignedIn(tx, now, person.ref)
      return true
    },
    'recipient.confirmation_failed',
  )
  if (isConfirmed === null) throw wrongAnswer(person)
}

/**
 * The messages whose sender wants to know first that this is the right person; none once that has been answered. Those that have
 * expired or were hidden ("this is not for me") still ask: neither may be a way round the question.
 */
export async function confirmationsOwed(tx: Tx, person: Person): Promise<Message[]> {
  if (person.ref.kind !== 'recipient' || person.confirmedAt !== null) return []
  return (await tx.messages.unopenedOf(person.ref.id)).filter(({ needsConfirmation }) => needsConfirmation !== null)
}

async function matchesAny(tx: Tx, messages: Message[], answer: string): Promise<boolean> {
  let isRight = false
  for (const { id, needsConfirmation } of messages) {
    const kept = normalizeActivationAnswer({ kind: needsConfirmation ?? 'code', answer })
    isRight = (await tx.messages.activationMatches(id, kept)) || isRight
  }
  return isRight
}

function wrongAnswer({ organization }: Person): PortalError {
  const call = organization.phone === '' ? 'call your care team' : `call us: ${organization.phone}`
  return new PortalError('wrong_code', `That is not what we were told. Check it and try once more, or ${call}.`)
}
