import { attachmentContract } from './contract/attachments.ts'
import { depositContract } from './contract/deposits.ts'
import { draftContract } from './contract/drafts.ts'
import { keyContract } from './contract/keys.ts'
import { messageContract } from './contract/messages.ts'
import type { OpenedStorage } from './contract/opened.ts'
import { outboxContract } from './contract/outbox.ts'
import { peopleContract } from './contract/people.ts'
import { reminderContract } from './contract/reminders.ts'
import { sessionContract } from './contract/sessions.ts'
import { signInContract } from './contract/sign-in.ts'
import { stagedFileContract } from './contract/staged-files.ts'
import { trailContract } from './contract/trail.ts'
import { transactionContract } from './contract/transactions.ts'

/**
 * What every engine must keep of server/store.ts, written once.
 *
 * @param open - an empty storage on the engine under test.
 */
export function storageContract(open: () => Promise<OpenedStorage>): void {
  transactionContract(open)
  peopleContract(open)
  depositContract(open)
  messageContract(open)
  attachmentContract(open)
  stagedFileContract(open)
  draftContract(open)
  outboxContract(open)
  reminderContract(open)
  sessionContract(open)
  signInContract(open)
  trailContract(open)
  keyContract(open)
}
