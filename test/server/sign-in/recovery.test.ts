import { describe, expect, test } from 'vitest'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { days, hours, seconds } from '../../../server/time.ts'
import { softwarePasskey } from '../../support/software-passkey.ts'
import { ORIGIN } from '../../support/whole-portal.ts'
import { ADA, BEN, doorWithMessage, PASSPHRASE, refusalOf } from './door.ts'
import {
  cancelToken,
  changesNothing,
  lostPhone,
  NEW_PASSPHRASE,
  recoveryActions,
  resumed,
  returns,
  started,
} from './lost-phone.ts'

const WRONG = '0000-0000-0000'

describe('starting', () => {
  test('mailbox and printed code start a wait of a day, and a letter that says so and how to stop it', async () => {
    const { at, opensAt, before } = await started()
    expect(opensAt).toBe(at.clock.read() + hours(24))
    expect((await at.portal.enrolment(before)).recovery).toMatchObject({ opensAt, isOpen: false })
    expect(await recoveryActions(at)).toEqual(['recovery.started'])
    const letter = at.mailbox.letterTo(ADA.address)
    expect(letter.subject).toBe('Someone wants to get back in to localhost:3000')
    expect(letter.text).toContain('Come back on Thursday, January 1, 2026')
    expect(letter.text).toMatch(/^http:\/\/localhost:3000\/recovery\/[\w-]{43}$/m)
  })

  test('neither the mailbox alone, nor with a code before its time, changes anything', async () => {
    const { at, before, opensAt, codes } = await started()
    expect(await changesNothing(at, before)).toEqual(new Set(['sign_in_required']))
    at.clock.set(opensAt - 1)
    const early = await at.provesMailbox(ADA.address)
    expect(await refusalOf(at.portal.resumeRecovery(early, codes[0]!))).toBe('conflict')
    expect(await changesNothing(at, early)).toEqual(new Set(['sign_in_required']))
    expect(await refusalOf(at.portal.openMessage(early as Reader, at.message))).toBe('sign_in_required')
  })

  test('however often the same code comes at once, it starts one recovery', async () => {
    const { at, codes, person } = await lostPhone()
    const visitor = await at.provesMailbox(ADA.address)
    const tries = Array.from({ length: 50 }, () => refusalOf(at.portal.startRecovery(visitor, codes[0]!)))
    const answers = await Promise.all(tries)
    expect(answers.filter(answer => answer === 'nothing')).toHaveLength(1)
    expect(new Set(answers)).toEqual(new Set(['nothing', 'conflict']))
    expect(await recoveryActions(at)).toEqual(['recovery.started'])
    expect(await at.parts.store.read(tx => tx.signIn.printedCodes.remaining(person))).toBe(9)
    await at.deliver()
    expect(at.mailbox.lettersTo(ADA.address).filter(({ text }) => text.includes('/recovery/'))).toHaveLength(1)
  })

  test('starting again neither shortens nor lengthens the wait, and spends no code', async () => {
    const { at, opensAt, codes, person } = await started()
    at.clock.advance(hours(20))
    const again = await at.provesMailbox(ADA.address)
    expect(await refusalOf(at.portal.startRecovery(again, codes[1]!))).toBe('conflict')
    expect((await at.portal.enrolment(again)).recovery).toMatchObject({ opensAt, isOpen: false })
    expect(await at.parts.store.read(tx => tx.signIn.printedCodes.remaining(person))).toBe(9)
  })

  test('a spent code, somebody else’s, and none at all are answered alike, and so is somebody without codes', async () => {
    const { at, codes } = await lostPhone()
    await at.deposits('Letter', [BEN])
    const ben = await at.enrolsPasskey(await at.provesMailbox(BEN.address))
    await at.portal.startRecovery(await at.provesMailbox(ADA.address), codes[0]!)
    await at.deliver()
    await at.portal.cancelRecoveryByLink(cancelToken(at))
    const ada = await at.provesMailbox(ADA.address)
    const sentences = new Set<string>()
    for (const code of [codes[0]!, ben.codes[0]!, '', 'not a code', WRONG]) {
      const refused = await at.portal.startRecovery(ada, code).catch(error => error)
      expect(refused.code).toBe('wrong_code')
      sentences.add(refused.message)
    }
    await at.deposits('First letter', [{ name: 'Cleo Park', address: 'cleo@example.com' }])
    const newcomer = await at.portal.startRecovery(await at.provesMailbox('cleo@example.com'), WRONG).catch(error => error)
    expect(newcomer.code).toBe('wrong_code')
    sentences.add(newcomer.message)
    expect(sentences.size).toBe(1)
  })

  test('wrong codes are counted apart, slow down, and at twenty end it; the passkey still opens', async () => {
    const { at, codes, passkey, person } = await lostPhone()
    const visitor = await at.provesMailbox(ADA.address)
    for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.startRecovery(visitor, WRONG))).toBe('wrong_code')
    expect(await refusalOf(at.portal.startRecovery(visitor, codes[0]!))).toBe('too_many_attempts')
    for (let i = 5; i < 20; i++) {
      at.clock.advance(hours(1))
      expect(await refusalOf(at.portal.startRecovery(await at.provesMailbox(ADA.address), WRONG))).toBe('wrong_code')
    }
    at.clock.advance(days(1))
    const later = await at.provesMailbox(ADA.address)
    expect(await refusalOf(at.portal.startRecovery(later, codes[0]!))).toBe('too_many_attempts')
    expect(await at.trailOf(person.id)).toContainEqual({ action: 'factor.disabled', detail: { factor: 'recovery_code' } })
    expect((await at.signsInByPasskey(passkey)).next).toBe('read')
  })

  test('staff have no such way, and somebody who is signed in needs none', async () => {
    const at = await doorWithMessage()
    const { token } = await at.invites('Dr. Cole')
    const cole = await at.whoIs(await at.portal.acceptInvitation(token))
    expect(await refusalOf(at.portal.startRecovery(cole, WRONG))).toBe('forbidden')
    expect(await refusalOf(at.portal.resumeRecovery(cole, WRONG))).toBe('forbidden')
    const { visitor, codes } = await at.enrolsPasskey(await at.provesMailbox(ADA.address))
    expect(await refusalOf(at.portal.startRecovery(visitor, codes[0]!))).toBe('conflict')
  })
})

describe('when the wait is over', () => {
  test('a new passkey may be chosen: it ends every other session, opens what waits, and the letters say so', async () => {
    const { at, visitor, passkey, codes } = await resumed()
    expect(visitor).toMatchObject({ level: 'mailbox', method: 'recovery' })
    expect(await at.portal.enrolment(visitor)).toMatchObject({ mayEnrol: true, recovery: { isOpen: true } })
    expect(await refusalOf(at.portal.openMessage(visitor as Reader, at.message))).toBe('sign_in_required')
    const elsewhere = await at.provesMailbox(ADA.address)
    const renewed = await at.enrolsPasskey(visitor, softwarePasskey(ORIGIN))
    expect(renewed.visitor).toMatchObject({ level: 'full', method: 'passkey' })
    expect(await refusalOf(at.portal.enrolment(elsewhere))).toBe('sign_in_required')
    await at.portal.openMessage(renewed.visitor as Reader, at.message)
    expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.completed'])
    expect((await at.portal.enrolment(renewed.visitor)).recovery).toBeNull()
    await at.deliver()
    const said = at.mailbox.lettersTo(ADA.address).map(({ text }) => text)
    expect(said.some(text => text.includes('A new passkey was added'))).toBe(true)
    expect(said.some(text => text.includes('got back in with a code'))).toBe(true)

    // Nothing else was taken away in silence: the lost phone is listed, and can be removed now.
    const passkeys = (await at.portal.factors(renewed.visitor)).filter(({ kind }) => kind === 'passkey')
    expect(passkeys).toHaveLength(2)
    expect((await at.signsInByPasskey(passkey)).next).toBe('read')
    await at.portal.removeFactor(renewed.visitor, passkeys[0]!.id)
    expect(await refusalOf(at.signsInByPasskey(passkey))).toBe('wrong_sign_in')
    expect(await refusalOf(returns(at, codes[1]!))).toBe('conflict')
  })

  test('whoever only reads along in the mailbox gets nothing by waiting', async () => {
    const { at, opensAt } = await started()
    at.clock.set(opensAt + hours(1))
    const thief = await at.provesMailbox(ADA.address)
    expect(await at.portal.enrolment(thief)).toMatchObject({ mayEnrol: false, recovery: { isOpen: true } })
    expect(await changesNothing(at, thief)).toEqual(new Set(['sign_in_required']))
    for (let i = 0; i < 5; i++) expect(await refusalOf(at.portal.resumeRecovery(thief, WRONG))).toBe('wrong_code')
    expect(await refusalOf(at.portal.resumeRecovery(thief, WRONG))).toBe('too_many_attempts')
  })

  test('the code it was started with or one that is left opens it', async () => {
    const { at, opensAt, codes, person } = await started()
    at.clock.set(opensAt)
    expect(await returns(at, codes[0]!.toLowerCase().replaceAll('-', ' '))).toMatchObject({ method: 'recovery' })
    expect(await at.parts.store.read(tx => tx.signIn.printedCodes.remaining(person))).toBe(9)
    expect(await returns(at, codes[5]!)).toMatchObject({ method: 'recovery' })
    expect(await refusalOf(returns(at, codes[5]!))).toBe('wrong_code')
  })

  test('a new passphrase comes with a new second half: what the account has was not proven', async () => {
    const at = await doorWithMessage()
    const old = await at.enrolsApp(await at.provesMailbox(ADA.address))
    const { opensAt } = await at.portal.startRecovery(await at.provesMailbox(ADA.address), old.codes[0]!)
    at.clock.set(opensAt)
    const visitor = await returns(at, old.codes[0]!)
    expect(await refusalOf(at.portal.enrolPrintedCodes(visitor))).toBe('invalid')
    const { secret } = await at.portal.totpEnrolment(visitor)
    expect(await refusalOf(at.portal.confirmTotp(visitor, await at.appCode(secret.replaceAll(' ', ''))))).toBe('invalid')
    await at.portal.choosePassphrase(visitor, NEW_PASSPHRASE)
    expect((await at.signsInByApp(ADA.address, old.key, PASSPHRASE)).next).toBe('read') // the old one still holds
    const again = await returns(at, old.codes[0]!)
    const renewed = await at.enrolsPrintedCodes(again, NEW_PASSPHRASE)
    expect(renewed.visitor).toMatchObject({ level: 'full', method: 'passphrase+printed_code' })
    at.clock.advance(seconds(30))
    expect(await refusalOf(at.signsInByApp(ADA.address, old.key, PASSPHRASE))).toBe('wrong_sign_in')
    expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.completed'])
  })

  test('of two who are back with the same code, the first to enrol has the account', async () => {
    const { at, visitor, codes } = await resumed()
    const other = await returns(at, codes[0]!)
    const options = await at.portal.passkeyEnrolmentOptions(other)
    await at.enrolsPasskey(visitor, softwarePasskey(ORIGIN))
    expect(await refusalOf(at.portal.enrolPasskey(other, softwarePasskey(ORIGIN).create(options), ''))).toBe('sign_in_required')
  })

  test('a sender’s own check is asked for as well', async () => {
    const { at, visitor } = await resumed()
    await at.deposits('Second result', [{ ...ADA, activation: { kind: 'code', answer: '7431-2209' } }])
    expect(await changesNothing(at, visitor)).toEqual(new Set(['confirmation_required']))
    await at.portal.confirmPerson(visitor, '7431-2209')
    expect(await refusalOf(at.portal.passkeyEnrolmentOptions(visitor))).toBe('nothing')
  })

  test('after a week nobody came, and it has to be started anew', async () => {
    const { at, opensAt, codes } = await started()
    at.clock.set(opensAt + days(7) - 1)
    expect(await refusalOf(returns(at, codes[0]!))).toBe('nothing')
    at.clock.set(opensAt + days(7))
    expect(await refusalOf(returns(at, codes[0]!))).toBe('conflict')
    const late = await at.provesMailbox(ADA.address)
    expect(await refusalOf(at.portal.startRecovery(late, codes[0]!))).toBe('wrong_code') // spent
    expect(await at.portal.startRecovery(late, codes[1]!)).toEqual({ opensAt: at.clock.read() + hours(24) })
  })
})
