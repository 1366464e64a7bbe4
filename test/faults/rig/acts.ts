import type { Portal } from '../../../server/portal.ts'
import { days, type Instant } from '../../../server/time.ts'
import { depositRequest } from '../../support/clinic.ts'
import type { Story } from './prepared-story.ts'

/** One thing that is done to the portal, and may be cut short anywhere. */
export interface Act {
  /** When, if not at the end of the story. */
  at?(story: Story): Instant
  run(portal: Portal, story: Story): Promise<unknown>
  /** Several transactions: cut short, it may have come half the way, and each half is whole. */
  inSteps?: true
  /** Done again after it was cut short, it ends where it would have ended. */
  canBeRepeated?: true
}

const LONG_FILE = { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('A long note. '.repeat(15_000)) }

export const ACTS = {
  deposit: {
    canBeRepeated: true,
    run: (portal, { gateway }) => {
      const ada = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }
      const somebodyNew = { name: 'Dana Roth', address: 'dana.roth@example.com' }
      return portal.deposit(gateway, depositRequest('The one', [ada, somebodyNew]), { key: 'the-one', bodyHash: 'the-same' })
    },
  },
  open: { run: (portal, { ada, waiting }) => portal.openMessage(ada, waiting) },
  look: { run: (portal, { ada, opened }) => portal.viewMessage(ada, opened) },
  reply: {
    canBeRepeated: true,
    run: (portal, { ada, opened }) =>
      portal.reply(ada, opened, { text: 'Thank you.', files: [LONG_FILE] }, { formId: 'the-form-of-a-page' }),
  },
  retract: {
    run: (portal, { gateway, deposit }) => portal.retract({ client: gateway }, deposit, { reason: 'wrong_recipient' }),
  },
  'sign in': { run: (portal, { signingIn }) => portal.enterMailboxCode(signingIn.requestToken, signingIn.code) },
  'sign out': { run: (portal, { ada }) => portal.signOut(ada) },
  expire: { at: ({ now }) => now + days(32), run: portal => portal.expireDue(), inSteps: true, canBeRepeated: true },
  forget: { at: ({ now }) => now + days(2), run: portal => portal.forgetStale(), inSteps: true, canBeRepeated: true },
  'sign checkpoint': { run: portal => portal.signCheckpoint(), inSteps: true, canBeRepeated: true },
} satisfies Record<string, Act>

export type ActName = keyof typeof ACTS

export const ACT_NAMES = Object.keys(ACTS) as ActName[]

export const actNamed = (name: string): Act => {
  const act = (ACTS as Record<string, Act>)[name]
  if (act === undefined) throw new Error(`There is no act “${name}”.`)
  return act
}
