import type { Tx } from '../server/store.ts'
import { attachments } from './attachments.ts'
import { depositKeys } from './deposit-keys.ts'
import { deposits } from './deposits.ts'
import { drafts } from './drafts.ts'
import { Connection } from './engines/turn.ts'
import { holds } from './holds.ts'
import { keys } from './keys.ts'
import { marks } from './marks.ts'
import { messages } from './messages.ts'
import { organizations } from './organizations.ts'
import { outbox } from './outbox.ts'
import { receipts } from './receipts.ts'
import { recipients } from './recipients.ts'
import { retention } from './retention.ts'
import { clients } from './senders.ts'
import { signIn } from './sign-in.ts'
import { staff } from './staff.ts'
import { stagedFiles } from './staged-files.ts'
import { trail } from './trail.ts'
import type { Work } from './work.ts'

/** Every noun, and what else a transaction can do, made the first time this transaction asks for it. */
const NOUNS: { [Noun in keyof Tx]: (work: Work) => Tx[Noun] } = {
  organizations,
  clients,
  staff,
  recipients,
  deposits,
  messages,
  attachments,
  stagedFiles,
  drafts,
  receipts,
  outbox,
  marks,
  depositKeys,
  holds,
  retention,
  keys,
  signIn,
  trail,
  breathe: () => Connection.breathe,
}

const WORK = Symbol('work')
const MADE = Symbol('made')

/** What stands behind every transaction's nouns. */
interface Own {
  [WORK]: Work
  [MADE]: { [noun: string]: unknown }
}

/** Described once, for all transactions: to do it for each takes longer than its statements. */
const nouns: object = Object.defineProperties(
  {},
  Object.fromEntries(
    Object.entries(NOUNS).map(([noun, make]) => [
      noun,
      {
        get(this: Own) {
          this[MADE][noun] ??= make(this[WORK])
          return this[MADE][noun]
        },
      },
    ]),
  ),
)

export const txOn = (work: Work): Tx => ({ __proto__: nouns, [WORK]: work, [MADE]: {} }) as unknown as Tx
