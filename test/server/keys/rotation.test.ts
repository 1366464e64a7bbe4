import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hours } from '../../../server/time.ts'
import type { Row } from '../../storage/intruder.ts'
import { Intruder } from '../../storage/intruder.ts'
import { CONTENT, clinic, move, organizationNamed, refusal, wholeContent } from '../../storage/kept.ts'
import { NEW_YEAR, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { course, onDisk, openBeside, rotate, rowsOf, stoppedAt } from './rotating.ts'

describe('an organization’s wrapping key', () => {
  let storage: TemporaryStorage
  beforeEach(async () => {
    storage = await temporaryStorage()
  })
  afterEach(() => storage.remove())

  const keysOf = (organization: string) => storage.store.read(tx => tx.keys.list(organization))
  const currentOf = async (organization: string) => (await keysOf(organization)).at(-1)!.id
  const under = (kek: string) => rowsOf(storage.file, 'data_keys').filter(row => row.kek === kek)
  const wrappedKeys = () => rowsOf(storage.file, 'organization_keys').filter(row => row.purpose === 'wrapping')
  const content = ({ id }: { id: string }, store = storage.store) =>
    store.read(async tx => tx.messages.content((await tx.messages.find(id))!))

  test('is followed by another, and everything that was sealed before opens', async () => {
    const { organization, keep, attach } = await clinic(storage.store)
    const message = await keep()
    const attachment = await attach(message, Buffer.from('scan'))
    const before = await currentOf(organization.id)
    const many = under(before).length

    const { organizations, rewrapped, damaged, resumed } = await rotate(storage.store, organization.id)

    const now = await currentOf(organization.id)
    expect(organizations).toEqual([{ organization: organization.id, key: now, retired: [before] }])
    expect({ rewrapped, damaged, resumed }).toEqual({ rewrapped: many, damaged: [], resumed: false })
    expect(under(before)).toEqual([])
    expect(under(now)).toHaveLength(many)
    expect(await content(message)).toEqual(CONTENT)
    expect(await wholeContent(storage.store, attachment)).toEqual(Buffer.from('scan'))
    const again = await storage.reopen()
    expect(await again.read(tx => tx.organizations.find(organization.id))).toMatchObject({ name: 'North Clinic' })
  })

  test('leaves in the trail when it was begun and when the old one was retired', async () => {
    const { organization } = await clinic(storage.store)
    await rotate(storage.store, organization.id)
    const [before, now] = await keysOf(organization.id)
    const entries = await storage.store.read(tx => tx.trail.list(organization.id, {}, { limit: 10 }))
    expect(entries.map(({ action, object, actor, revision }) => ({ action, object, actor, revision }))).toEqual([
      { action: 'key.retired', object: before!.id, actor: 'operator', revision: 1 },
      { action: 'key.rotation_begun', object: now!.id, actor: 'operator', revision: null },
    ])
    expect(before).toMatchObject({ epoch: 1, retiredAt: NEW_YEAR })
    expect(now).toMatchObject({ epoch: 2, retiredAt: null })
  })

  test('is not retired without an entry in the trail', async () => {
    const { organization } = await clinic(storage.store)
    const key = await currentOf(organization.id)
    await expect(storage.store.transaction(tx => tx.keys.retire(key, NEW_YEAR))).rejects.toThrow(/without an entry/)
    expect(await currentOf(organization.id)).toBe(key)
    expect(await keysOf(organization.id)).toMatchObject([{ retiredAt: null }])
  })

  test('of one organization leaves those of all others alone; all of them, the portal’s own too, are rotated when no one is named', async () => {
    const north = await clinic(storage.store, 'North Clinic')
    const south = await clinic(storage.store, 'South Clinic')
    const [northBefore, southBefore] = [await currentOf(north.organization.id), await currentOf(south.organization.id)]
    await rotate(storage.store, north.organization.id)
    expect(await currentOf(north.organization.id)).not.toBe(northBefore)
    expect(await currentOf(south.organization.id)).toBe(southBefore)
    expect(await storage.store.read(tx => tx.keys.list('portal'))).toHaveLength(1)

    const { organizations } = await rotate(storage.store)
    expect(organizations.map(({ organization }) => organization).sort()).toEqual(
      [north.organization.id, south.organization.id, 'portal'].sort(),
    )
    const signed = (await storage.reopen()).signer.publicKey
    expect(signed).toHaveLength(32)
    expect((await storage.store.read(tx => tx.keys.list())).map(({ epoch }) => epoch)).toHaveLength(7)
  })

  test('of an organization that is not there is not rotated', async () => {
    expect(await refusal(rotate(storage.store, 'org_nowhere'))).toBe('not_found')
  })

  test('goes on where it was stopped, whichever step that was, and begins no second one', async () => {
    const { organization, keep } = await clinic(storage.store)
    const before = await currentOf(organization.id)
    while (under(before).length <= 220) await keep()
    const many = under(before).length

    await expect(rotate(storage.store, organization.id, stoppedAt(1))).rejects.toThrow(/abort/i)
    const done = many - under(before).length
    expect(done).toBe(100)
    await expect(rotate(storage.store, organization.id, stoppedAt(1))).rejects.toThrow(/abort/i)

    const last = await rotate(storage.store, organization.id)
    expect(last).toMatchObject({ resumed: true, rewrapped: many - 200, organizations: [{ retired: [before] }] })
    expect(under(before)).toEqual([])
    expect(await keysOf(organization.id)).toHaveLength(2)
  })

  test('that is retired is on the disk no more, though all its neighbours’ are', async () => {
    const store = storage.store
    for (let number = 0; number < 120; number++) {
      await store.transaction(tx => tx.organizations.add(organizationNamed(`Clinic ${number}`)))
    }
    const wrapped = (rows: Row[]) => rows.map(row => row.wrapped as Buffer).filter(bytes => bytes.length > 0)
    const old = wrapped(wrappedKeys())
    // One after the other, in no order: each moves whatever SQLite would move.
    const ids = (await store.read(tx => tx.organizations.list())).map(({ id }) => id).reverse()
    for (const id of ids.filter((_, at) => at % 3 === 0)) await rotate(store, id)
    await rotate(store)
    expect(onDisk(storage, wrapped(wrappedKeys()))).toHaveLength(old.length)
    expect(onDisk(storage, old)).toEqual([])
  })

  test('that is retired opens nothing, even when its row and what lay under it are put back', async () => {
    const { organization, keep } = await clinic(storage.store)
    const message = await keep()
    const copies = (['organization_keys', 'data_keys'] as const).map(table => ({ table, rows: rowsOf(storage.file, table) }))
    await rotate(storage.store, organization.id)
    expect(await content(message)).toEqual(CONTENT)

    const intruder = new Intruder(storage.file)
    for (const { table, rows } of copies) for (const row of rows) putBack(intruder, table, row)
    intruder.close()

    expect(await refusal(content(message))).toBe('tampered')
    await storage.reopen()
    expect(await refusal(content(message))).toBe('tampered')
    // Nor does a further rotation take it up again.
    expect(await refusal(rotate(storage.store, organization.id))).toBe('tampered')
  })

  test('is known to a process that was there before, with its first transaction afterwards', async () => {
    const { organization, keep, ada } = await clinic(storage.store)
    const message = await keep()
    const beside = await openBeside(storage)
    await content(message, beside)
    await rotate(storage.store, organization.id)
    const now = await currentOf(organization.id)

    expect(await content(message, beside)).toEqual(CONTENT)
    await beside.transaction(tx => tx.recipients.confirm(ada.id, NEW_YEAR))
    const other = { ...ada, id: `${ada.id}2`, address: 'bea@example.com' }
    await beside.transaction(tx => tx.recipients.add(other))
    expect(new Set(rowsOf(storage.file, 'data_keys').map(row => row.kek))).toContain(now)
    expect(await currentOf(organization.id)).toBe(now)
    await beside.close()
  })

  test('changes while deposits are made and read, and none of them fails', async () => {
    const { organization, keep } = await clinic(storage.store)
    const kept = []
    for (let message = 0; message < 40; message++) kept.push(await keep())
    const before = await currentOf(organization.id)
    const beside = await openBeside(storage)

    let rotating = true
    const rotation = rotate(beside, organization.id).finally(() => {
      rotating = false
    })
    let served = 0
    while (rotating) {
      kept.push(await keep())
      for (const message of kept.slice(-3)) expect(await content(message)).toEqual(CONTENT)
      expect(await content(kept[served % 40]!)).toEqual(CONTENT)
      served += 1
    }
    await rotation
    expect(served).toBeGreaterThan(2)
    expect(under(before)).toEqual([])
    for (const message of kept) expect(await content(message)).toEqual(CONTENT)
    await beside.close()
  })

  test('takes what was destroyed along as destroyed', async () => {
    const { organization, keep } = await clinic(storage.store)
    const message = await keep()
    await storage.store.transaction(tx => move(tx, message.id, ['waiting'], 'disposed'))
    const destroyed = rowsOf(storage.file, 'data_keys').filter(row => isDestroyed(row))
    expect(destroyed.length).toBeGreaterThan(0)
    const { damaged, organizations } = await rotate(storage.store, organization.id)
    expect(damaged).toEqual([])
    expect(organizations[0]!.retired).toHaveLength(1)
    const now = await currentOf(organization.id)
    expect(under(now).filter(isDestroyed)).toEqual(destroyed.map(row => ({ ...row, kek: now })))
  })

  test('is kept as long as a data key under it does not verify, which is told', async () => {
    const { organization, keep } = await clinic(storage.store)
    const [message, other] = [await keep(), await keep()]
    const intruder = new Intruder(storage.file)
    const part = intruder.rows('sealed_parts').find(row => row.owner === message.id)!
    const key = intruder.rows('data_keys').find(row => row.number === part.data_key)!
    const wrapped = Buffer.from(key.wrapped as Buffer)
    wrapped[20]! ^= 1
    intruder.set('data_keys', { number: key.number }, { wrapped })

    const first = await rotate(storage.store, organization.id)
    expect(first).toMatchObject({ damaged: [key.number], organizations: [{ retired: [] }] })
    expect(await content(other)).toEqual(CONTENT)

    intruder.set('data_keys', { number: key.number }, { wrapped: key.wrapped })
    intruder.close()
    const second = await rotate(storage.store, organization.id)
    expect(second).toMatchObject({ damaged: [], rewrapped: 1, resumed: true })
    expect(second.organizations[0]!.retired).toHaveLength(1)
    expect(await content(message)).toEqual(CONTENT)
  })

  test('is told from the one before by more than the clock', async () => {
    const { organization, keep } = await clinic(storage.store)
    const before = await currentOf(organization.id)
    await expect(rotate(storage.store, organization.id, stoppedAt(1), NEW_YEAR - hours(24))).rejects.toThrow(/abort/i)
    const message = await keep()
    const now = await currentOf(organization.id)
    expect(now).not.toBe(before)
    const parts = rowsOf(storage.file, 'sealed_parts').filter(row => row.owner === message.id)
    const numbers = new Set(parts.map(row => row.data_key))
    expect(
      rowsOf(storage.file, 'data_keys')
        .filter(row => numbers.has(row.number))
        .every(row => row.kek === now),
    ).toBe(true)
  })

  test('shows how far it has come', async () => {
    const { organization, keep } = await clinic(storage.store)
    await keep()
    const steps: [number, number][] = []
    await rotate(storage.store, organization.id, course({ progress: (done, total) => steps.push([done, total]) }))
    expect(steps.length).toBeGreaterThan(1)
    const [done, total] = steps.at(-1)!
    expect(done).toBe(total)
    expect(total).toBe(rowsOf(storage.file, 'data_keys').length)
  })
})

const isDestroyed = (row: Row) => (row.wrapped as Buffer).every(byte => byte === 0)

function putBack(intruder: Intruder, table: string, row: Row): void {
  const marks = Object.keys(row).map(() => '?')
  intruder.run(`insert or replace into ${table} (${Object.keys(row).join()}) values (${marks.join()})`, ...Object.values(row))
}
