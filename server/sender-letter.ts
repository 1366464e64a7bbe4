import { newLetter } from './letters/letter.ts'
import type { Message } from './message.ts'
import type { Settings } from './parts.ts'
import type { StaffMember } from './staff.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'

// Staff have no language of their own in the portal yet.
const STAFF_LANGUAGE = 'en'

/**
 * Tells the member of staff who sent it, by a letter without content. Systems ask for their events instead, and nobody writes to
 * somebody whose account is disabled.
 *
 * @param message - the answer that waits, or the message for which more time is asked.
 */
export async function letterToSender(
  tx: Tx,
  kind: 'reply_waiting' | 'more_time_asked',
  message: Pick<Message, 'id' | 'deposit' | 'organization' | 'sender'>,
  now: Instant,
  settings: Pick<Settings, 'origin'>,
): Promise<void> {
  if (message.sender.kind !== 'staff') return
  const member = await tx.staff.find(message.sender.id)
  const organization = await tx.organizations.find(message.organization)
  if (member === null || member.disabledAt !== null || organization === null) return
  const order = { organization: organization.id, message: message.id, to: member.address, language: STAFF_LANGUAGE }
  const letter =
    kind === 'reply_waiting'
      ? newLetter(kind, { ...order, values: { reply: message.id, organization: organization.name } }, now, settings)
      : newLetter(kind, { ...order, values: { deposit: message.deposit, organization: organization.name } }, now, settings)
  await tx.outbox.add(letter)
}

/**
 * Tells that somebody said of a message that it is not for them: whoever sent it, if that is a member of staff, and everybody in the
 * organization's privacy office. A wrong address is a breach to be looked into, and may wait for nobody's return.
 */
export async function letterOfWrongRecipient(
  tx: Tx,
  { id, deposit, organization: where, sender }: Pick<Message, 'id' | 'deposit' | 'organization' | 'sender'>,
  now: Instant,
  settings: Pick<Settings, 'origin'>,
): Promise<void> {
  const organization = await tx.organizations.find(where)
  if (organization === null) return
  const tell = async (member: StaffMember | null, page: string) => {
    if (member === null || member.disabledAt !== null) return
    const values = { link: settings.origin + page, organization: organization.name }
    const order = { organization: where, message: id, to: member.address, language: STAFF_LANGUAGE, values }
    await tx.outbox.add(newLetter('not_for_me', order, now, settings))
  }
  if (sender.kind === 'staff') await tell(await tx.staff.find(sender.id), `/sent/${deposit}`)
  for (const officer of await tx.staff.list(where, 'compliance')) await tell(officer, `/trail?object=${id}`)
}
