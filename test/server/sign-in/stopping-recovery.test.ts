import { describe, expect, test } from 'vitest'
import { recoveryStanding } from '../../../server/sign-in/recovery-times.ts'
import { days, hours, minutes } from '../../../server/time.ts'
import { softwarePasskey } from '../../support/software-passkey.ts'
import { ORIGIN } from '../../support/whole-portal.ts'
import { ADA, BEN, refusalOf } from './door.ts'
import { cancelToken, changesNothing, NEW_PASSPHRASE, recoveryActions, resumed, returns, started } from './lost-phone.ts'

describe('stopping', () => {
  test('the letter’s link stops it, once, and the other codes stay good', async () => {
    const { at, opensAt, codes, before } = await started()
    const token = cancelToken(at)
    expect(await at.portal.cancelRecoveryByLink(token)).toBe('cancelled')
    expect(await at.portal.cancelRecoveryByLink(token)).toBe('cancelled')
    expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.cancelled'])
    expect(await refusalOf(at.portal.enrolment(before))).toBe('sign_in_required')
    await at.deliver()
    expect(at.mailbox.letterTo(ADA.address).text).toContain('was stopped')
    at.clock.set(opensAt + 1)
    expect(await refusalOf(returns(at, codes[0]!))).toBe('conflict')
    expect(await refusalOf(at.portal.startRecovery(await at.provesMailbox(ADA.address), codes[1]!))).toBe('nothing')
  })

  test('it ends a return that is under way already', async () => {
    const { at, visitor } = await resumed()
    await at.portal.choosePassphrase(visitor, NEW_PASSPHRASE)
    await at.portal.cancelRecoveryByLink(cancelToken(at))
    expect(await changesNothing(at, visitor)).toEqual(new Set(['sign_in_required']))
  })

  test('an earlier letter’s link stops a later recovery', async () => {
    const { at, codes } = await started()
    const first = cancelToken(at)
    await at.portal.cancelRecoveryByLink(first)
    const { opensAt } = await at.portal.startRecovery(await at.provesMailbox(ADA.address), codes[1]!)
    expect(await at.portal.cancelRecoveryByLink(first)).toBe('cancelled')
    at.clock.set(opensAt)
    expect(await refusalOf(returns(at, codes[1]!))).toBe('conflict')
  })

  test('when it is too late, it says so; a link that is none is not there', async () => {
    const { at, visitor } = await resumed()
    const token = cancelToken(at)
    await at.enrolsPasskey(visitor, softwarePasskey(ORIGIN))
    expect(await at.portal.cancelRecoveryByLink(token)).toBe('completed')
    for (const none of ['', 'x'.repeat(43), `${token}x`]) {
      expect(await refusalOf(at.portal.cancelRecoveryByLink(none))).toBe('not_found')
    }
  })

  test('whoever signs in meanwhile is told and can stop it; a mailbox cannot', async () => {
    const { at, passkey, before, opensAt, codes } = await started()
    expect(await refusalOf(at.portal.cancelRecovery(before))).toBe('sign_in_required')
    const owner = await at.whoIs(await at.signsInByPasskey(passkey))
    expect((await at.portal.enrolment(owner)).recovery).toMatchObject({ opensAt, isOpen: false })
    await at.portal.cancelRecovery(owner)
    await at.portal.cancelRecovery(owner)
    expect((await at.portal.enrolment(owner)).recovery).toBeNull()
    expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.cancelled'])
    at.clock.set(opensAt)
    expect(await refusalOf(returns(at, codes[0]!))).toBe('conflict')
  })

  test('nobody stops somebody else’s', async () => {
    const { at, opensAt } = await started()
    await at.deposits('Letter', [BEN])
    const ben = await at.enrolsPasskey(await at.provesMailbox(BEN.address))
    await at.portal.cancelRecovery(ben.visitor)
    const ada = await at.provesMailbox(ADA.address)
    expect((await at.portal.enrolment(ada)).recovery).toMatchObject({ opensAt, isOpen: false })
  })

  test.each(['new printed codes', 'none any more'])('%s: what was started with the old ones ends', async what => {
    const { at, passkey } = await started()
    const owner = await at.whoIs(await at.signsInByPasskey(passkey))
    if (what === 'new printed codes') await at.portal.enrolPrintedCodes(owner)
    else {
      const sheet = (await at.portal.factors(owner)).find(({ kind }) => kind === 'printed_code')!
      await at.portal.removeFactor(owner, sheet.id)
    }
    expect(await recoveryActions(at)).toEqual(['recovery.started', 'recovery.cancelled'])
  })
})

describe('a clock that jumps', () => {
  const startedAt = hours(100)
  const recovery = { id: 'rec_1', startedAt, opensAt: startedAt + hours(24) }
  test.each([
    [0, 'waiting'],
    [hours(24) - 1, 'waiting'],
    [hours(24), 'open'],
    [hours(24) + days(7) - 1, 'open'],
    [hours(24) + days(7), 'over'],
    [-minutes(1), 'waiting'], // two machines do not agree to the second
    [-minutes(1) - 1, 'over'],
    [-startedAt, 'over'], // 1970
    [Date.UTC(2100, 0), 'over'],
  ])('%i milliseconds after its start it is %s', (after, standing) => {
    expect(recoveryStanding(recovery, startedAt + after)).toBe(standing)
  })

  test('put back, it neither opens a recovery nor keeps a new one from being started, with the whole wait', async () => {
    const { at, opensAt, codes } = await started()
    at.clock.set(opensAt - days(30))
    const early = await at.provesMailbox(ADA.address)
    expect((await at.portal.enrolment(early)).recovery).toBeNull()
    expect(await refusalOf(at.portal.resumeRecovery(early, codes[0]!))).toBe('conflict')
    const anew = await at.portal.startRecovery(early, codes[1]!)
    expect(anew.opensAt).toBe(at.clock.read() + hours(24))
    at.clock.set(opensAt) // and put right again
    expect((await at.portal.enrolment(await at.provesMailbox(ADA.address))).recovery).toBeNull()
  })

  test('the wait survives a restart', async () => {
    const { at, opensAt, codes } = await started()
    await at.restart()
    at.clock.set(opensAt - 1)
    expect(await refusalOf(returns(at, codes[0]!))).toBe('conflict')
    at.clock.set(opensAt)
    expect(await refusalOf(returns(at, codes[0]!))).toBe('nothing')
  })
})
