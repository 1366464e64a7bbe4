import { expect, test } from 'vitest'
import { newSecret } from '../../../server/ids.ts'
import { days, minutes } from '../../../server/time.ts'
import { ADA, type Door, doorWithMessage } from './door.ts'

/** Ada has a passkey, set up in a browser that is remembered since. */
async function withPasskey() {
  const at = await doorWithMessage()
  const mailbox = await at.provesMailbox(ADA.address)
  const options = await at.portal.passkeyEnrolmentOptions(mailbox)
  const { softwarePasskey } = await import('../../support/software-passkey.ts')
  const passkey = softwarePasskey(at.parts.settings.origin)
  const { sessionToken } = await at.portal.enrolPasskey(mailbox, passkey.create(options), 'My phone')
  const device = (await at.portal.rememberDevice(sessionToken, null))!
  at.clock.advance(minutes(1))
  const signsIn = async (from: string | null) => at.portal.rememberDevice((await at.signsInByPasskey(passkey)).sessionToken, from)
  return { at, device, signsIn }
}

async function newSignIns(at: Door): Promise<string[]> {
  await at.deliver()
  return at.mailbox.lettersTo(ADA.address).flatMap(({ subject, text }) => (/^New sign-in/.test(subject) ? [text] : []))
}

test('a sign-in from a browser not seen before is told to the address, once, and the trail has it', async () => {
  const { at, signsIn } = await withPasskey()
  const other = await signsIn(null)
  expect(other).toMatch(/^[\w-]{43}$/)
  const [letter, more] = await newSignIns(at)
  expect(more).toBeUndefined()
  expect(letter).toContain('/account/not-me')
  expect(await signsIn(other)).toBe(other)
  expect(await newSignIns(at)).toHaveLength(1)
  const entries = await at.parts.store.read(tx => tx.trail.entries(0, 1_000))
  expect(entries.filter(({ action }) => action === 'session.new_device')).toHaveLength(2)
})

test('the browser in which a way in was set up is remembered, and gets no letter beside the one about that', async () => {
  const { at, device, signsIn } = await withPasskey()
  expect(await newSignIns(at)).toEqual([])
  expect(await signsIn(device)).toBe(device)
  expect(await newSignIns(at)).toEqual([])
})

test('a browser is known for one person alone', async () => {
  const { at, device } = await withPasskey()
  await at.deposits('Letter', [{ name: 'Ben Okoro', address: 'ben@example.com' }])
  const person = (await at.provesMailbox('ben@example.com')).person
  expect(await at.parts.store.transaction(tx => tx.signIn.devices.recognize(person, device, at.clock.read()))).toBe(false)
})

test('what rests on the mailbox alone, or on no session, leaves no mark', async () => {
  const { at } = await withPasskey()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const proven = await at.portal.enterMailboxCode(request, await at.newestCode(ADA.address))
  if (proven.next === 'which') throw new Error('She has one account.')
  expect(await at.portal.rememberDevice(proven.sessionToken, null)).toBeNull()
  expect(await at.portal.rememberDevice(newSecret(), newSecret())).toBeNull()
  expect(await newSignIns(at)).toEqual([])
})

test('what is no word of ours is not taken for one', async () => {
  const { signsIn } = await withPasskey()
  expect(await signsIn('x')).toMatch(/^[\w-]{43}$/)
})

test('whose browser forgets everything gets three letters, then none for a day', async () => {
  const { at, signsIn } = await withPasskey()
  for (let i = 0; i < 5; i++) await signsIn(null)
  expect(await newSignIns(at)).toHaveLength(3)
  at.clock.advance(days(1))
  await signsIn(null)
  expect(await newSignIns(at)).toHaveLength(4)
})

test('a browser that was not seen for a year is forgotten', async () => {
  const { at, device, signsIn } = await withPasskey()
  at.clock.advance(days(366))
  await at.portal.forgetStale()
  await signsIn(device)
  expect(await newSignIns(at)).toHaveLength(1)
})
