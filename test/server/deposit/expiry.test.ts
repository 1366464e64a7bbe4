import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { Asking } from '../../../server/asking.ts'
import { isDue, mayExtend } from '../../../server/expiry.ts'
import { days, minutes } from '../../../server/time.ts'
import type { Clinic } from '../../support/clinic.ts'
import { clinicPortal, portalWithOneMessage } from '../../support/people.ts'
import { NEW_YEAR } from '../../support/storage.ts'

const asGateway = ({ gateway }: Clinic): Asking => ({ client: gateway })
const stateOf = async (clinic: Clinic, id: string) => (await clinic.portal.depositState(asGateway(clinic), id)).messages[0]!.state

test.each([
  ['waiting', null, 'waiting'],
  ['opened', NEW_YEAR, 'opened'],
  ['expired', null, 'waiting'],
  ['expired', NEW_YEAR, 'opened'],
  ['retracted', null, null],
  ['disposed', NEW_YEAR, null],
] as const)('an extension brings one that is %s (opened at %s) to: %s', (state, openedAt, to) =>
  expect(mayExtend({ state, openedAt })).toBe(to),
)

test.each([
  ['waiting', NEW_YEAR, true],
  ['opened', NEW_YEAR - 1, true],
  ['waiting', NEW_YEAR + 1, false],
  ['expired', NEW_YEAR - 1, false],
  ['retracted', NEW_YEAR - 1, false],
] as const)('one that is %s until %s is due at new year: %s', (state, expiresAt, due) =>
  expect(isDue({ state, expiresAt }, NEW_YEAR)).toBe(due),
)

describe('the sweep', () => {
  test('marks what has expired, and nothing else, however many there are', async () => {
    const clinic = await clinicPortal()
    const ada = clinic.patient('Ada Lopez')
    const short = { expiresAt: NEW_YEAR + days(1) }
    for (let i = 0; i < 105; i++) await clinic.deposits(`Short ${i}`, [ada], short)
    const long = await clinic.deposits('Long', [ada])
    expect(await clinic.portal.expireDue()).toBe(0)
    clinic.clock.advance(days(1))
    expect(await clinic.portal.expireDue()).toBe(105)
    expect(await clinic.portal.expireDue()).toBe(0)
    expect(await stateOf(clinic, long.id)).toBe('waiting')
    await clinic.deliver()
    expect(clinic.mailbox.mails.length).toBe(1) // of what expired, nothing is announced any more
  })

  test('tells the trail whether it was read', async () => {
    const clinic = await portalWithOneMessage()
    await clinic.ada.opens('Result')
    clinic.clock.advance(days(31))
    await clinic.portal.expireDue()
    const entry = await clinic.parts.store.read(async tx =>
      (await tx.trail.entries(0, 1_000)).find(row => row.action === 'message.expired'),
    )
    expect(Buffer.from(entry!.bytes).toString()).toContain('"wasOpened":true')
  })

  test('is not held up by a message that was tampered with', async () => {
    const clinic = await clinicPortal()
    const ada = clinic.patient('Ada Lopez')
    for (const subject of ['One', 'Two', 'Three']) await clinic.deposits(subject, [ada], { expiresAt: NEW_YEAR + days(1) })
    const [bad] = await clinic.parts.store.read(tx => tx.messages.dueToExpire(NEW_YEAR + days(2), 1))
    await clinic.storage.store.close()
    const raw = new Database(clinic.storage.file)
    raw.prepare('update messages set retain_until = retain_until + 1 where id = ?').run(bad)
    raw.close()
    await clinic.restart()
    clinic.clock.advance(days(2))
    expect(await clinic.portal.expireDue()).toBe(2)
    expect(clinic.log.filter(line => line.event === 'expiry.tampered')).toMatchObject([{ facts: { message: bad } }])
  })
})

describe('an extension', () => {
  test('brings an expired message back to where it was', async () => {
    const clinic = await portalWithOneMessage()
    clinic.clock.advance(days(31))
    await clinic.portal.expireDue()
    expect(await stateOf(clinic, clinic.deposit.id)).toBe('expired')
    const expiresAt = clinic.clock.read() + days(10)
    const line = await clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, expiresAt)
    expect(line.messages).toMatchObject([{ state: 'waiting', expiresAt }])
    expect((await clinic.ada.opens('Result')).kind).toBe('message')
    clinic.clock.advance(days(11))
    await clinic.portal.expireDue()
    const again = await clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(1))
    expect(again.messages).toMatchObject([{ state: 'opened' }])
  })

  test('before the sweep has come by works the same', async () => {
    const clinic = await portalWithOneMessage()
    clinic.clock.advance(days(31))
    await clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(1))
    expect(await clinic.portal.expireDue()).toBe(0)
    expect(await stateOf(clinic, clinic.deposit.id)).toBe('waiting')
  })

  test.each([
    ['the past', NEW_YEAR],
    ['this moment', NEW_YEAR + minutes(1)],
    ['more than a year away', NEW_YEAR + days(380)],
    ['no moment at all', Number.NaN],
  ])('to %s is refused, and nothing changes', async (_what, expiresAt) => {
    const clinic = await portalWithOneMessage()
    const extension = clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, expiresAt)
    await expect(extension).rejects.toMatchObject({ code: 'invalid', fields: [{ field: '/expiresAt' }] })
    const [message] = (await clinic.portal.depositState(asGateway(clinic), clinic.deposit.id)).messages
    expect(message).toMatchObject({ state: 'waiting', expiresAt: NEW_YEAR + days(30) })
  })

  test('beyond the day of disposal is refused', async () => {
    const clinic = await portalWithOneMessage({ retention: 'administrative' })
    clinic.clock.set(NEW_YEAR + days(6 * 365))
    const late = clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(300))
    await expect(late).rejects.toMatchObject({ code: 'invalid' })
    expect(await clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(1))).toBeDefined()
  })

  test('without the scope is refused', async () => {
    const clinic = await portalWithOneMessage()
    const reading: Asking = { client: { ...clinic.gateway, scopes: ['read'] } }
    const extension = clinic.portal.extendDeposit(reading, clinic.deposit.id, NEW_YEAR + days(40))
    await expect(extension).rejects.toMatchObject({ code: 'forbidden' })
  })
})
