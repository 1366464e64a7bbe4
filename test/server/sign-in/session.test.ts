import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { disableStaff } from '../../../server/sign-in/invitation.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { days, hours, minutes, seconds } from '../../../server/time.ts'
import { startedOf } from '../../support/clinic.ts'
import { ADA, BEN, type Door, door, doorWithMessage, refusalOf } from './door.ts'

async function adaByPasskey(at: Door) {
  const { passkey } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
  const { sessionToken } = await at.signsInByPasskey(passkey)
  return { passkey, token: sessionToken }
}

/** Stays awake by looking every ten minutes; says after how long the session was gone. */
async function livesFor(at: Door, token: string): Promise<number> {
  const began = at.clock.read()
  while ((await at.portal.visitor(token)) !== null) at.clock.advance(minutes(10))
  return at.clock.read() - began
}

test('a session is over after fifteen idle minutes', async () => {
  const at = await doorWithMessage()
  const { token } = await adaByPasskey(at)
  at.clock.advance(minutes(15) - 1)
  expect(await at.portal.visitor(token)).not.toBeNull()
  at.clock.advance(minutes(15) - 1)
  expect(await at.portal.visitor(token)).not.toBeNull()
  at.clock.advance(minutes(15))
  expect(await at.portal.visitor(token)).toBeNull()
})

test('a recipient’s session is over after twelve hours, a member of staff’s after eight, however awake', async () => {
  const at = await doorWithMessage()
  const { token } = await adaByPasskey(at)
  expect(await livesFor(at, token)).toBe(hours(12))
  const invited = await at.whoIs(await at.portal.acceptInvitation((await at.invites('Dr. Cole')).token))
  const { passkey } = await at.enrolsPasskey(invited)
  const { sessionToken, next } = await at.signsInByPasskey(passkey)
  expect(next).toBe('work')
  expect(await livesFor(at, sessionToken)).toBe(hours(8))
})

test('use is written down every half minute at most, and still keeps the session awake', async () => {
  const at = await doorWithMessage()
  const { token } = await adaByPasskey(at)
  const { tokenHash } = (await at.portal.visitor(token))!
  const lastSeen = () => at.parts.store.read(async tx => (await tx.signIn.sessions.find(tokenHash))!.lastSeenAt)
  const began = await lastSeen()
  at.clock.advance(seconds(30) - 1)
  await at.portal.visitor(token)
  expect(await lastSeen()).toBe(began)
  at.clock.advance(1)
  await at.portal.visitor(token)
  expect(await lastSeen()).toBe(began + seconds(30))
})

test('clocks that jump neither revive a session nor keep one', async () => {
  const at = await doorWithMessage()
  const { token } = await adaByPasskey(at)
  const began = at.clock.read()
  for (const jump of [days(1), -days(1), days(365 * 74)]) {
    at.clock.set(began + jump)
    expect(await at.portal.visitor(token)).toBeNull()
  }
  at.clock.set(0)
  expect(await at.portal.visitor(token)).toBeNull()
  at.clock.set(began - seconds(30)) // as clocks do that are set by the network
  expect(await at.portal.visitor(token)).not.toBeNull()
})

test('signing in and raising the level each begin a session with a new token and a new name; the old one is gone', async () => {
  const at = await doorWithMessage()
  const request = await at.begins(ADA.address)
  await at.portal.sendMailboxCode(request)
  const proven = await at.portal.enterMailboxCode(request, await at.newestCode(ADA.address))
  const { sessionToken: mailboxToken } = startedOf(proven)
  const before = (await at.portal.visitor(mailboxToken))!
  const { visitor } = await at.enrolsPasskey(before)
  expect(visitor.session).not.toBe(before.session)
  expect(visitor.tokenHash).not.toBe(before.tokenHash)
  expect(await at.portal.visitor(mailboxToken)).toBeNull()
  expect(mailboxToken).toMatch(/^[\w-]{43}$/)
  const [started, raised] = [await at.trailOf(before.session), await at.trailOf(visitor.session)]
  expect(started.map(({ action }) => action)).toEqual(['session.started'])
  expect(raised).toEqual([{ action: 'session.raised', detail: { replaces: before.session } }])
})

test('signing in ends what only the mailbox had opened', async () => {
  const at = await doorWithMessage()
  const { passkey } = await adaByPasskey(at)
  const byMailbox = await at.provesMailbox(ADA.address)
  await at.signsInByPasskey(passkey)
  expect(await refusalOf(at.portal.enrolment(byMailbox))).toBe('sign_in_required')
})

test('nothing in the database, not even the token’s hash, works as a cookie', async () => {
  const at = await doorWithMessage()
  const { token } = await adaByPasskey(at)
  const { tokenHash, session } = (await at.portal.visitor(token))!
  for (const presented of [tokenHash, session, '', 'x', `${token}=`, ` ${token}`, token.slice(1), 'A'.repeat(43)]) {
    expect(await at.portal.visitor(presented)).toBeNull()
  }
  expect(await at.portal.visitor(null)).toBeNull()
  for (const file of [at.storage.file, `${at.storage.file}-wal`]) {
    const bytes = await readFile(file)
    for (const form of [token, Buffer.from(token, 'base64url').toString('hex')]) expect(bytes.includes(form)).toBe(false)
    expect(bytes.includes(Buffer.from(token, 'base64url'))).toBe(false)
    // Whatever looks like a token in the files is none.
    for (const [word] of bytes.toString('latin1').matchAll(/[\w-]{43}/g)) expect(await at.portal.visitor(word)).toBeNull()
  }
})

test('sessions survive a restart', async () => {
  const at = await doorWithMessage()
  const { token } = await adaByPasskey(at)
  await at.restart()
  expect(await at.portal.visitor(token)).toMatchObject({ name: 'Ada Lopez', level: 'full' })
})

test('signing out ends this session at once; signing out everywhere ends all', async () => {
  const at = await doorWithMessage()
  const { passkey, token } = await adaByPasskey(at)
  const second = (await at.signsInByPasskey(passkey)).sessionToken
  const third = (await at.signsInByPasskey(passkey)).sessionToken
  await at.portal.signOut((await at.portal.visitor(token))!)
  expect(await at.portal.visitor(token)).toBeNull()
  const visitor = (await at.portal.visitor(second))!
  await at.portal.signOutEverywhere(visitor)
  expect([await at.portal.visitor(second), await at.portal.visitor(third)]).toEqual([null, null])
  await at.portal.signOut(visitor) // twice is no error
  expect(await refusalOf(at.portal.sessions(visitor))).toBe('sign_in_required')
})

test('people see their own sessions, and end them one by one; nobody else’s', async () => {
  const at = await doorWithMessage()
  await at.deposits('Letter', [BEN])
  const { passkey, token } = await adaByPasskey(at)
  const other = (await at.signsInByPasskey(passkey)).sessionToken
  const ben = (await at.enrolsPasskey(await at.provesMailbox(BEN.address))).visitor
  const ada = (await at.portal.visitor(token))!
  const lines = await at.portal.sessions(ada)
  expect(lines.filter(line => line.isThisOne).map(line => line.handle)).toEqual([ada.session])
  const handle = (await at.portal.visitor(other))!.session
  expect(lines.map(line => line.handle)).toContain(handle)
  await at.portal.revokeSession(ben, handle)
  expect(await at.portal.visitor(other)).not.toBeNull()
  await at.portal.revokeSession(ada, handle)
  expect(await at.portal.visitor(other)).toBeNull()
  expect(await at.trailOf(handle)).toContainEqual({ action: 'session.ended', detail: {} })
})

test('staff who are disabled are nobody from their next request on, and cannot come back', async () => {
  const at = await door()
  const { id, token } = await at.invites('Dr. Cole')
  const { passkey } = await at.enrolsPasskey(await at.whoIs(await at.portal.acceptInvitation(token)))
  const { sessionToken } = await at.signsInByPasskey(passkey)
  expect(await at.portal.visitor(sessionToken)).toMatchObject({ role: 'provider', name: 'Dr. Cole' })
  await disableStaff(at.parts, id)
  expect(await at.portal.visitor(sessionToken)).toBeNull()
  expect(await refusalOf(at.signsInByPasskey(passkey))).toBe('wrong_sign_in')
  expect((await at.trailOf(id)).map(({ action }) => action)).toContain('staff.disabled')
})

test('signing in leaves a receipt with each message that stands in the list, once', async () => {
  const at = await doorWithMessage()
  const stages = () => at.parts.store.read(async tx => (await tx.receipts.ofMessages([at.message])).map(({ stage }) => stage))
  await at.provesMailbox(ADA.address)
  expect(await stages()).not.toContain('signed_in')
  const { passkey } = await adaByPasskey(at)
  await at.signsInByPasskey(passkey)
  expect((await stages()).filter(stage => stage === 'signed_in')).toHaveLength(1)
  const ada = (await at.whoIs(await at.signsInByPasskey(passkey))) as Reader
  await at.portal.openMessage(ada, at.message)
})

test('what is over is forgotten', async () => {
  const at = await doorWithMessage()
  const visitor = await at.provesMailbox(ADA.address)
  await at.portal.passkeyEnrolmentOptions(visitor)
  await at.begins(ADA.address)
  expect(await at.portal.forgetStale()).toBe(0)
  at.clock.advance(hours(12) + 1)
  expect(await at.portal.forgetStale()).toBeGreaterThanOrEqual(4) // a session, what was begun in it, two sign-ins
  expect(await at.portal.forgetStale()).toBe(0)
})
