import { beforeEach, describe, expect, test } from 'vitest'
import { disposalPlan } from '../../server/disposal.ts'
import { endingsIn } from '../../server/ending-journal.ts'
import { placeHold, releaseHold } from '../../server/holding.ts'
import { RETENTION_YEARS } from '../../server/retention.ts'
import { days, type Instant } from '../../server/time.ts'
import { decodeEntry, OPERATOR, record } from '../../server/trail/entry.ts'
import { doubtAbout } from '../../server/witnessed-time.ts'
import { type Clinic, clinicIn, type Patient } from '../support/clinic.ts'
import { afterTest } from '../support/closing.ts'
import { wholePortal } from '../support/whole-portal.ts'

const ADA = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }
const YEARS = days(366)

describe('disposal', () => {
  let clinic: Clinic
  let ada: Patient
  let message: string
  beforeEach(async () => {
    const portal = await wholePortal()
    afterTest(portal.close)
    clinic = await clinicIn(portal)
    ada = clinic.patient('Ada Lopez')
    message = (await clinic.deposits('Result', [ADA])).messages[0]!.id
    await ada.opens('Result')
  })

  const stateOf = async (id = message) => (await clinic.parts.store.read(tx => tx.messages.find(id)))!.state
  /** Years go by, in which now and then something happens. */
  async function pass(milliseconds: number): Promise<void> {
    const end = clinic.clock.read() + milliseconds
    while (clinic.clock.read() < end) {
      clinic.clock.advance(Math.min(days(20), end - clinic.clock.read()))
      await happens()
    }
    await clinic.portal.expireDue()
  }
  const happens = (at: Instant = clinic.clock.read()) =>
    clinic.parts.store.transaction(tx => record(tx, at, { organization: 'portal', actor: OPERATOR, action: 'trail.viewed' }))

  test('comes when retention is over, not a day before; receipts, trail and a certificate remain', async () => {
    await pass(RETENTION_YEARS.clinical * days(365))
    expect(await clinic.portal.disposeDue()).toBe(0)
    expect(await stateOf()).toBe('expired')

    await pass(days(3))
    expect(await clinic.portal.disposeDue()).toBe(1)
    expect(await stateOf()).toBe('disposed')
    expect(await clinic.portal.disposeDue()).toBe(0)
    await expect(
      clinic.parts.store.read(async tx => tx.messages.content((await tx.messages.find(message))!)),
    ).rejects.toMatchObject({ code: 'gone' })

    const { receipts, certificate } = await clinic.parts.store.read(async tx => ({
      receipts: await tx.receipts.ofMessages([message]),
      certificate: decodeEntry((await tx.trail.newestOf(message))!.bytes),
    }))
    expect(receipts.map(({ stage }) => stage)).toContain('opened')
    expect(certificate).toMatchObject({
      action: 'message.disposed',
      actor: { kind: 'portal' },
      detail: { rule: 'retention_over', was: 'expired' },
    })
    expect(endingsIn(await clinic.parts.endings.text())).toMatchObject([{ what: 'disposed', id: message }])
  })

  test('is shown to sender and reader as what it is', async () => {
    await pass(RETENTION_YEARS.clinical * days(365) + days(3))
    await clinic.portal.disposeDue()
    const { deposit } = (await clinic.parts.store.read(tx => tx.messages.find(message)))!
    const line = await clinic.portal.depositState({ client: clinic.gateway }, deposit)
    expect(line.messages).toMatchObject([{ id: message, state: 'disposed' }])
    await ada.signsIn()
    expect((await ada.sees()).map(({ state }) => state)).toEqual(['disposed'])
  })

  test.each(['message', 'deposit', 'thread', 'recipient', 'organization'] as const)(
    'waits while a hold covers the %s, and comes when it is released',
    async covered => {
      const found = (await clinic.parts.store.read(tx => tx.messages.find(message)))!
      const object = covered === 'message' ? message : found[covered]
      const organization = clinic.organization.id
      const hold = await placeHold(clinic.parts, { organization, object, reason: 'A lawyer asked for it.' })
      const other = await clinicIn(clinic, 'South Clinic')
      const theirs = (await other.deposits('Theirs', [ADA])).messages[0]!.id
      await pass(8 * YEARS)
      expect(await disposalPlan(clinic.parts)).toEqual(
        expect.arrayContaining([
          { organization, retention: 'clinical', due: 1, held: 1 },
          { organization: other.organization.id, retention: 'clinical', due: 1, held: 0 },
        ]),
      )
      expect(await clinic.portal.disposeDue()).toBe(1)
      expect([await stateOf(), await stateOf(theirs)]).toEqual(['expired', 'disposed'])
      await releaseHold(clinic.parts, hold.id)
      expect(await clinic.portal.disposeDue()).toBe(1)
      expect(await stateOf()).toBe('disposed')
    },
  )

  test('a hold is placed on what its organization has, and released once', async () => {
    const other = await clinicIn(clinic, 'South Clinic')
    const place = (object: string) => placeHold(clinic.parts, { organization: other.organization.id, object, reason: 'A case.' })
    for (const object of [message, 'msg_nobody', 'rcp_nobody', clinic.organization.id])
      await expect(place(object)).rejects.toMatchObject({ code: 'not_found' })
    const hold = await place(other.organization.id)
    await releaseHold(clinic.parts, hold.id)
    await expect(releaseHold(clinic.parts, hold.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test.each([
    ['1970', 0, 'clock_behind'],
    ['2100', Date.UTC(2100, 0, 1), 'clock_leapt'],
  ])(
    'nothing is destroyed by a clock that was set to %s, not even after something has happened under it',
    async (_, at, doubt) => {
      const { store } = clinic.parts
      expect(await doubtAbout(clinic.clock.read(), store)).toBe(null)
      clinic.clock.set(at)
      expect(await doubtAbout(at, store)).toBe(doubt)
      if (doubt === 'clock_leapt') {
        await happens()
        expect(await doubtAbout(at, store)).toBe(doubt)
      }
      expect(await clinic.portal.disposeDue()).toBe(0)
      expect(await stateOf()).not.toBe('disposed')
      if (doubt === 'clock_leapt')
        expect(clinic.log).toContainEqual({ level: 'warn', event: 'disposal.refused', facts: { reason: doubt } })
    },
  )

  test('a leap is believed when the trail has witnessed the new time for a month', async () => {
    clinic.clock.advance(10 * YEARS)
    await happens()
    await pass(days(40))
    expect(await doubtAbout(clinic.clock.read(), clinic.parts.store)).toBe(null)
    expect(await clinic.portal.disposeDue()).toBe(1)
  })
})
