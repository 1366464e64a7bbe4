import type { Visitor } from '../../../server/sign-in/visitor.ts'
import { ADA, type Door, doorWithMessage, refusalOf } from './door.ts'

export const NEW_PASSPHRASE = 'nine new words for an old door'

/** Ada has a passkey and ten printed codes; her phone is lost. */
export async function lostPhone() {
  const at = await doorWithMessage()
  const { passkey, codes, visitor } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  await at.portal.signOut(visitor)
  await at.deliver()
  return { at, passkey, codes, person: visitor.person }
}

export async function started() {
  const lost = await lostPhone()
  const before = await lost.at.provesMailbox(ADA.address)
  const { opensAt } = await lost.at.portal.startRecovery(before, lost.codes[0]!)
  await lost.at.deliver()
  return { ...lost, before, opensAt }
}

/** The day after, with the code once more. */
export async function resumed() {
  const story = await started()
  story.at.clock.set(story.opensAt)
  const visitor = await returns(story.at, story.codes[0]!)
  return { ...story, visitor }
}

export async function returns(at: Door, code: string): Promise<Visitor> {
  return at.whoIs(await at.portal.resumeRecovery(await at.provesMailbox(ADA.address), code))
}

export const cancelToken = (at: Door): string => {
  const letter = at.mailbox.lettersTo(ADA.address).findLast(({ text }) => text.includes('/recovery/'))
  return /\/recovery\/([\w-]{43})$/m.exec(letter!.text)![1]!
}

export const recoveryActions = (at: Door) =>
  at.parts.store.read(async tx => {
    const rows = await tx.trail.entries(0, 1_000)
    return rows.map(({ action }) => action).filter(action => action.startsWith('recovery.'))
  })

export const changesNothing = async (at: Door, visitor: Visitor) =>
  new Set([
    await refusalOf(at.portal.passkeyEnrolmentOptions(visitor)),
    await refusalOf(at.portal.enrolPasskey(visitor, {}, '')),
    await refusalOf(at.portal.choosePassphrase(visitor, NEW_PASSPHRASE)),
    await refusalOf(at.portal.totpEnrolment(visitor)),
    await refusalOf(at.portal.confirmTotp(visitor, '000000')),
    await refusalOf(at.portal.enrolPrintedCodes(visitor)),
  ])
