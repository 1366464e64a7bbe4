import { expect, test } from 'vitest'
import type { Visitor } from '../../../server/sign-in/visitor.ts'
import { ADA, type Door, doorWithMessage, PASSPHRASE, refusalOf } from './door.ts'

const keptIn = async (at: Door, visitor: Visitor) => {
  const sheet = (await at.portal.factors(visitor)).find(({ kind }) => kind === 'printed_code')!
  return (await at.trailOf(sheet.id)).filter(({ action }) => action === 'factor.kept').length
}

test('who was shown printed codes is asked for them until they say that they have them, and that is in the trail once', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  expect(await at.portal.owesPrintedCodes(visitor)).toBe(true)
  expect(await keptIn(at, visitor)).toBe(0)
  await at.portal.keepPrintedCodes(visitor)
  await at.portal.keepPrintedCodes(visitor)
  expect(await at.portal.owesPrintedCodes(visitor)).toBe(false)
  expect(await keptIn(at, visitor)).toBe(1)
})

test('spare codes are asked for as well, and new ones anew', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  expect(await at.portal.owesPrintedCodes(visitor)).toBe(true)
  await at.portal.keepPrintedCodes(visitor)
  const again = await at.whoIs(await at.portal.enrolPrintedCodes(visitor))
  expect(await at.portal.owesPrintedCodes(again)).toBe(true)
})

test('who has used one has them, without a word', async () => {
  const at = await doorWithMessage()
  const { codes } = await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  const request = await at.begins(ADA.address)
  await at.portal.enterPassphrase(request, PASSPHRASE)
  const back = await at.whoIs(await at.portal.enterPrintedCode(request, codes[0]!))
  expect(await at.portal.owesPrintedCodes(back)).toBe(false)
})

test('a mailbox alone cannot say it for somebody', async () => {
  const at = await doorWithMessage()
  const { visitor } = await at.enrolsPrintedCodes(await at.provesMailbox(ADA.address))
  const half = await at.provesMailbox(ADA.address)
  expect(await refusalOf(at.portal.keepPrintedCodes(half))).toBe('sign_in_required')
  expect(await at.portal.owesPrintedCodes(visitor)).toBe(true)
})
