import { MOST_ANSWER_DAYS } from './answer-time.ts'
import { type FieldError, PortalError } from './errors.ts'
import { newId } from './ids.ts'
import { isTimeZone } from './letters/moment.ts'
import type { Organization } from './organization.ts'
import type { Parts } from './parts.ts'
import { lineProblem } from './plain-text.ts'
import { OPERATOR, record } from './trail/entry.ts'

/**
 * Opens an organization: from here on it has keys, and everything of it belongs to it alone.
 *
 * @param order.answersWithinDays - working days; patients are told the day when they have written. Left out, they are told none.
 * @param order.phone - shown wherever a patient may need a person to talk to; empty when there is none yet.
 * @throws PortalError `invalid`, with every field that is wrong.
 */
export async function createOrganization(
  parts: Pick<Parts, 'store' | 'clock'>,
  order: Pick<Organization, 'name' | 'phone' | 'timeZone' | 'namedInNotices' | 'answersWithinDays'>,
): Promise<Organization> {
  const now = parts.clock()
  const { name, phone, timeZone, namedInNotices, answersWithinDays = null } = checked(order)
  const organization = { id: newId('org', now), name, phone, timeZone, namedInNotices, answersWithinDays, createdAt: now }
  await parts.store.transaction(async tx => {
    await tx.organizations.add(organization)
    await record(tx, now, {
      organization: organization.id,
      actor: OPERATOR,
      action: 'organization.created',
      object: organization.id,
      detail: { namedInNotices },
    })
  })
  return organization
}

/** What may be changed of an organization later. Its name stands in letters and records, and stays. */
type Changes = Partial<Pick<Organization, 'phone' | 'timeZone' | 'answersWithinDays'>>

/**
 * Changes what is named, and leaves the rest. Answers that patients have been told to expect by a day are not told anew.
 *
 * @returns the organization as it is now.
 * @throws PortalError `invalid`, with every field that is wrong, or when nothing is to be changed; `not_found`.
 */
export async function changeOrganization(
  parts: Pick<Parts, 'store' | 'clock'>,
  id: string,
  changes: Changes,
): Promise<Organization> {
  const settings = Object.keys(changes)
  if (settings.length === 0) throw new PortalError('invalid', 'Say what is to be changed.')
  return parts.store.transaction(async tx => {
    const before = await tx.organizations.find(id)
    if (before === null) throw new PortalError('not_found', 'There is no such organization.')
    const organization = { ...before, ...checked({ ...before, ...changes }) }
    await tx.organizations.change(organization)
    const entry = {
      organization: id,
      actor: OPERATOR,
      object: id,
      detail: Object.fromEntries(settings.map(setting => [setting, true])),
    }
    await record(tx, parts.clock(), { ...entry, action: 'organization.changed' })
    return organization
  })
}

type Order = Parameters<typeof createOrganization>[1]

function checked<O extends Order>(order: O): O {
  const problems: [string, string | null][] = [
    ['name', lineProblem(order.name, 100)],
    ['phone', order.phone === '' ? null : lineProblem(order.phone, 40)],
    ['answersWithinDays', answersProblem(order.answersWithinDays)],
    ['timeZone', isTimeZone(order.timeZone) ? null : 'Use a time zone by its IANA name, such as America/New_York.'],
  ]
  const fields = problems
    .filter((each): each is [string, string] => each[1] !== null)
    .map(([field, problem]): FieldError => ({ field, problem }))
  if (fields.length > 0) throw new PortalError('invalid', 'An organization cannot be like this.', { fields })
  return { ...order, name: order.name.trim(), phone: order.phone.trim() }
}

const answersProblem = (days: number | null | undefined): string | null => {
  const isSaid = days !== undefined && days !== null
  if (!isSaid || (Number.isInteger(days) && days >= 1 && days <= MOST_ANSWER_DAYS)) return null
  return `Use a whole number of working days, from 1 to ${MOST_ANSWER_DAYS}.`
}
