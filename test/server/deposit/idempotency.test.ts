import { describe, expect, test } from 'vitest'
import { deposit } from '../../../server/depositing.ts'
import { PortalError } from '../../../server/errors.ts'
import { clinicIn } from '../../support/clinic.ts'
import { clinicPortal } from '../../support/people.ts'
import { testPortal } from '../../support/portal.ts'
import { counted, place, request } from './depositing.ts'

describe('an idempotency key', () => {
  test('makes one message of a hundred tries at once, and answers the same ever after', async () => {
    const clinic = await clinicPortal()
    const tries = await Promise.allSettled(Array.from({ length: 100 }, () => place(clinic, request())))
    const answers = tries.flatMap(one => (one.status === 'fulfilled' ? [one.value.answer] : []))
    const refusals = tries.flatMap(one => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(new Set(answers).size).toBe(1)
    expect(new Set(refusals)).toEqual(new Set(['idempotency_running']))
    expect(await counted(clinic)).toMatchObject({ deposits: 1, messages: 1 })
    expect(await place(clinic, request())).toEqual({ id: expect.any(String), answer: answers[0], replayed: true })
    await clinic.restart()
    expect((await place(clinic, request())).answer).toBe(answers[0])
  })

  test('that another process was quicker with answers what that one kept', async () => {
    const clinic = await clinicPortal()
    const first = await place(clinic, request())
    // The look before the deposit still finds nothing, as when both began at the same moment.
    let looks = 0
    const blind = {
      ...clinic.parts,
      store: Object.assign(Object.create(clinic.parts.store), {
        read: (work: Parameters<typeof clinic.parts.store.read>[0]) =>
          looks++ === 0 ? Promise.resolve([null, null]) : clinic.parts.store.read(work),
      }),
    }
    expect(await deposit(blind, clinic.gateway, request(), { key: 'key-1', bodyHash: 'body-1' })).toEqual({
      ...first,
      replayed: true,
    })
    expect(await counted(clinic)).toMatchObject({ deposits: 1, messages: 1 })
  })

  test('is answered again behind a commit, as the first time, and not from what can merely be read', async () => {
    const clinic = await clinicPortal()
    const first = await place(clinic, request())
    const away = new PortalError('unavailable', 'The database did not say that this was kept.')
    const store = Object.assign(Object.create(clinic.parts.store), { transaction: () => Promise.reject(away) })
    const again = (parts: typeof clinic.parts) => deposit(parts, clinic.gateway, request(), { key: 'key-1', bodyHash: 'body-1' })
    await expect(again({ ...clinic.parts, store })).rejects.toBe(away)
    expect(await again(clinic.parts)).toEqual({ ...first, replayed: true })
  })

  test('with another body is refused, before and while the first is kept', async () => {
    const clinic = await clinicPortal()
    const first = place(clinic, request())
    await expect(place(clinic, request(), 'key-1', 'body-2')).rejects.toMatchObject({ code: 'idempotency_key_reused' })
    await first
    await expect(place(clinic, request(), 'key-1', 'body-2')).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })

  test("is one client's own", async () => {
    const portal = await testPortal()
    const [north, south] = [await clinicIn(portal), await clinicIn(portal, 'South Clinic')]
    const [first, second] = [await place(north, request()), await place(south, request())]
    expect(second).toMatchObject({ replayed: false })
    expect(second.id).not.toBe(first.id)
  })

  test('is free again when its deposit was refused', async () => {
    const clinic = await clinicPortal()
    await expect(place(clinic, request({ recipients: [] }))).rejects.toMatchObject({ code: 'invalid' })
    expect(await place(clinic, request(), 'key-1', 'body-2')).toMatchObject({ replayed: false })
  })

  test.each([
    ['no key', null, 'idempotency_key_missing'],
    ['an empty key', '', 'idempotency_key_missing'],
    ['a key of 256 characters', 'x'.repeat(256), 'invalid'],
    ['a key with a space', 'a b', 'invalid'],
    ['a key with an umlaut', 'ä', 'invalid'],
  ])('%s is refused', async (_what, key, code) => {
    const clinic = await clinicPortal()
    await expect(clinic.portal.deposit(clinic.gateway, request(), { key, bodyHash: 'b' })).rejects.toMatchObject({ code })
  })
})
