import { sendDueLetters } from './delivery-round.ts'
import { ensureDepositKeys } from './deposit-keys.ts'
import { disposeDue } from './disposal.ts'
import { forgetDrafts } from './drafting.ts'
import { noteEndings } from './ending.ts'
import { expireDue } from './expiry.ts'
import { checkFiles, sweepFiles } from './incoming-file.ts'
import type { Parts } from './parts.ts'
import { remindDue } from './reminder.ts'
import type { trailKeeper } from './trail/signing.ts'

/** What the portal does by itself (jobs.ts says how often): the part of its use cases that no page and no API leads to. */
export interface OwnWork {
  /** Sends what is due; says how many letters were settled. */
  sendDueLetters(): Promise<number>
  /** Asks for letters about messages that wait for long, and about those that can soon no longer be read; says how many. */
  remindDue(): Promise<number>
  /** Marks what has expired; says how many. Opening checks the expiry itself, whatever this does. */
  expireDue(stopping?: AbortSignal): Promise<number>
  /** Destroys what no longer has to be kept and no hold covers; says how many messages that was. */
  disposeDue(stopping?: AbortSignal): Promise<number>
  /** Signs a checkpoint when the trail has grown. @throws tampered when it does not continue the last one */
  signCheckpoint(): Promise<{ size: number } | null>
  /** Looks at the end of the trail, where nobody signs it. @throws tampered when it is not what was signed */
  lookAtTrail(): Promise<void>
  /** Forgets sessions and sign-ins whose time is over. */
  forgetStale(): Promise<number>
  /** Destroys what was begun and not touched for thirty days; says how many drafts that were. */
  forgetDrafts(): Promise<number>
  /** Removes files that no deposit claimed, and those whose last message was disposed of; says how many. */
  sweepFiles(): Promise<number>
  /** Compares all files that are kept with what should be; says how many were removed. */
  checkFiles(): Promise<number>
  /** Makes keys for sealing deposits a month before the last ones end; says how many. */
  renewDepositKeys(): Promise<number>
}

/** {@link OwnWork} over its parts; what is forgotten of signing in lies with the rest of signing in. */
export const ownWork = (parts: Parts, keeper: ReturnType<typeof trailKeeper>): Omit<OwnWork, 'forgetStale'> => ({
  sendDueLetters: () => sendDueLetters(parts),
  remindDue: () => remindDue(parts),
  expireDue: stopping => expireDue(parts, stopping),
  disposeDue: stopping => disposeDue(parts, undefined, stopping),
  signCheckpoint: async () => {
    const signed = await keeper.signCheckpoint()
    await noteEndings(parts)
    return signed
  },
  forgetDrafts: () => forgetDrafts(parts),
  sweepFiles: () => sweepFiles(parts),
  checkFiles: () => checkFiles(parts),
  renewDepositKeys: () => ensureDepositKeys(parts),
  lookAtTrail: () => keeper.look(),
})
