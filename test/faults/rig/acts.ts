import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { dispose } from '../../../server/disposal.ts'
import { rotateKeys } from '../../../server/keys/rotation.ts'
import { days, type Instant } from '../../../server/time.ts'
import { PORTAL_ACTOR } from '../../../server/trail/entry.ts'
import { depositRequest } from '../../support/clinic.ts'
import type { OpenedPortal } from './opened.ts'
import type { Story } from './prepared-story.ts'

/** One thing that is done to the portal, and may be cut short anywhere. */
export interface Act {
  /** When, if not at the end of the story. */
  at?(story: Story): Instant
  /** What is done to the folder before. */
  prepare?(folder: string): Promise<void>
  run(opened: OpenedPortal, story: Story): Promise<unknown>
  /** Several transactions: cut short, it may have come half the way, and each half is whole. */
  inSteps?: true
  /** Done again after it was cut short, it ends where it would have ended; or at least well. */
  again?: 'to the same end' | 'to a good end'
}

const LONG_FILE = { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('A long note. '.repeat(15_000)) }

/** So large that it lies outside of the database: sealed and kept before the transaction that names it. */
const SCAN = { name: 'scan.bin', type: 'application/octet-stream', bytes: Buffer.alloc(700_000, 'a scan ') }

const ACTS = {
  deposit: {
    again: 'to the same end',
    run: ({ portal }, { gateway }) => {
      const ada = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }
      const somebodyNew = { name: 'Dana Roth', address: 'dana.roth@example.com' }
      return portal.deposit(gateway, depositRequest('The one', [ada, somebodyNew]), { key: 'the-one', bodyHash: 'the-same' })
    },
  },
  'send a large file': {
    inSteps: true,
    again: 'to a good end',
    run: ({ portal }, { gateway }) => {
      const ada = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }
      const request = depositRequest('A scan', [ada], { attachments: [SCAN] })
      // Done again it is another: two tests in one process must not wait for each other's key.
      return portal.deposit(gateway, request, { key: randomUUID(), bodyHash: 'the-same' })
    },
  },
  open: { run: ({ portal }, { ada, waiting }) => portal.openMessage(ada, waiting) },
  look: { run: ({ portal }, { ada, opened }) => portal.viewMessage(ada, opened) },
  reply: {
    again: 'to the same end',
    run: ({ portal }, { ada, opened }) =>
      portal.reply(ada, opened, { text: 'Thank you.', files: [LONG_FILE] }, { formId: 'the-form-of-a-page' }),
  },
  retract: {
    run: ({ portal }, { gateway, deposit }) => portal.retract({ client: gateway }, deposit, { reason: 'wrong_recipient' }),
  },
  'sign in': { run: ({ portal }, { signingIn }) => portal.enterMailboxCode(signingIn.requestToken, signingIn.code) },
  'sign out': { run: ({ portal }, { ada }) => portal.signOut(ada) },
  expire: { at: ({ now }) => now + days(32), run: ({ portal }) => portal.expireDue(), inSteps: true, again: 'to the same end' },
  forget: { at: ({ now }) => now + days(2), run: ({ portal }) => portal.forgetStale(), inSteps: true, again: 'to the same end' },
  'sign checkpoint': { run: ({ portal }) => portal.signCheckpoint(), inSteps: true, again: 'to the same end' },
  dispose: {
    at: ({ now }) => now + days(3_000),
    run: async ({ parts: { store } }, { now, crowd }) =>
      store.transaction(async tx => {
        for (const message of await tx.messages.findMany(crowd.slice(0, 20)))
          await dispose(tx, [message], 'retention_over', PORTAL_ACTOR, now + days(3_000))
      }),
  },
  'rotate keys': {
    inSteps: true,
    again: 'to a good end',
    run: ({ parts }, { gateway }) =>
      rotateKeys(parts, gateway.client.organization, { progress: () => undefined, signal: new AbortController().signal }),
  },
  'first start': {
    inSteps: true,
    again: 'to the same end',
    prepare: async folder => {
      for (const file of ['portal.db', 'checkpoints.txt']) await rm(path.join(folder, file))
    },
    run: async ({ portal }) => portal.health(),
  },
} satisfies Record<string, Act>

export type ActName = keyof typeof ACTS

export const ACT_NAMES = Object.keys(ACTS) as ActName[]

export const actNamed = (name: string): Act => {
  const act = (ACTS as Record<string, Act>)[name]
  if (act === undefined) throw new Error(`There is no act “${name}”.`)
  return act
}
