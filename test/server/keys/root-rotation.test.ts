import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { Intruder } from '../../storage/intruder.ts'
import { CONTENT, clinic, organizationNamed, refusal } from '../../storage/kept.ts'
import { NEW_YEAR, OTHER_ROOT_KEY, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../../support/storage.ts'
import { course, onDisk, openBeside, rotate, rotateRoot, rowsOf, stoppedAt } from './rotating.ts'

const THIRD_ROOT_KEY = new Uint8Array(32).fill(9)

describe('the root key', () => {
  let storage: TemporaryStorage
  let beside: Store[]
  beforeEach(async () => {
    storage = await temporaryStorage()
    beside = []
  })
  afterEach(async () => {
    for (const store of beside) await store.close()
    await storage.remove()
  })

  const open = async (rootKey: Uint8Array, ...previous: Uint8Array[]): Promise<Store> => {
    const store = await openBeside(storage, rootKey, previous)
    beside.push(store)
    return store
  }
  const said = (promise: Promise<unknown>) =>
    promise.then(
      () => 'nothing',
      (error: Error) => error.message,
    )
  const rootsOf = () => new Set(rowsOf(storage.file, 'organization_keys').map(row => row.root_key))

  test('is followed by another: everything opens with the new one alone, and with the old one nothing', async () => {
    const { keep } = await clinic(storage.store)
    const message = await keep()
    const keys = rowsOf(storage.file, 'organization_keys').map(row => row.wrapped as Buffer)
    const dataKeys = rowsOf(storage.file, 'data_keys')

    const both = await open(OTHER_ROOT_KEY, ROOT_KEY)
    const { rootKey, retired, rewrapped } = await rotateRoot(both)
    expect(rewrapped).toBe(keys.length)
    expect(rootsOf()).toEqual(new Set([rootKey]))
    expect(onDisk(storage, keys)).toEqual([])
    // Nothing else is touched.
    expect(rowsOf(storage.file, 'data_keys')).toEqual(dataKeys)

    const alone = await open(OTHER_ROOT_KEY)
    expect(await alone.read(async tx => tx.messages.content((await tx.messages.find(message.id))!))).toEqual(CONTENT)
    expect(await refusal(open(ROOT_KEY))).toBe('misconfigured')
    expect(await said(open(ROOT_KEY))).toMatch(new RegExp(`${retired[0]} was retired on 2026-01-01`))
    expect(await said(open(ROOT_KEY, OTHER_ROOT_KEY))).toMatch(/was retired/)
  })

  test('that is new changes nothing before the rotation: both are needed until then, and one without the other is told so', async () => {
    await clinic(storage.store)
    const both = await open(OTHER_ROOT_KEY, ROOT_KEY)
    await both.transaction(tx => tx.organizations.add(organizationNamed('South Clinic')))
    expect(rootsOf().size).toBe(1)
    // Who has only the old one, as a process that was not restarted yet, goes on.
    expect(await storage.store.read(tx => tx.organizations.list())).toHaveLength(2)
    expect(await said(open(OTHER_ROOT_KEY))).toMatch(/not the one this database was sealed with/)
    expect(await said(open(THIRD_ROOT_KEY, OTHER_ROOT_KEY))).toMatch(/not the one this database was sealed with/)
  })

  test('rotation leaves in the trail when it was begun and when the old one was retired', async () => {
    const { rootKey, retired } = await rotateRoot(await open(OTHER_ROOT_KEY, ROOT_KEY))
    const alone = await open(OTHER_ROOT_KEY)
    const told = await alone.read(tx => tx.trail.list('portal', {}, { limit: 10 }))
    expect(told.map(({ action, object }) => ({ action, object }))).toEqual([
      { action: 'key.retired', object: retired[0] },
      { action: 'key.rotation_begun', object: rootKey },
    ])
  })

  test('rotation goes on where it was stopped; both keys serve meanwhile, each alone is told what is missing', async () => {
    for (let number = 0; number < 60; number++)
      await storage.store.transaction(tx => tx.organizations.add(organizationNamed(`Clinic ${number}`)))
    const both = await open(OTHER_ROOT_KEY, ROOT_KEY)
    const serving = await open(OTHER_ROOT_KEY, ROOT_KEY)
    await expect(rotateRoot(both, stoppedAt(1))).rejects.toThrow(/abort/i)
    expect(rootsOf().size).toBe(2)

    expect(await serving.read(tx => tx.organizations.list())).toHaveLength(60)
    await serving.transaction(tx => tx.organizations.add(organizationNamed('West Clinic')))
    expect(await said(open(OTHER_ROOT_KEY))).toMatch(/PORTAL_ROOT_KEY_PREVIOUS/)
    expect(await said(open(ROOT_KEY))).toMatch(/has been changed/)

    const { rewrapped, retired } = await rotateRoot(await open(OTHER_ROOT_KEY, ROOT_KEY))
    expect(rewrapped).toBe(2 + 120 - 50)
    expect(retired).toHaveLength(1)
    expect(rootsOf().size).toBe(1)
    expect(await serving.read(tx => tx.organizations.list())).toHaveLength(61)
  })

  test('rotation is told to a process that was given the old one alone', async () => {
    const { organization } = await clinic(storage.store)
    await rotateRoot(await open(OTHER_ROOT_KEY, ROOT_KEY))
    const found = storage.store.read(tx => tx.organizations.find(organization.id))
    expect(await said(found)).toMatch(/must be started again with the new one/)
    expect(await refusal(storage.store.transaction(tx => tx.organizations.add(organizationNamed('West Clinic'))))).toBe(
      'misconfigured',
    )
    storage.store = await open(OTHER_ROOT_KEY)
  })

  test('that is retired opens nothing, even for a process that still has it', async () => {
    const { organization } = await clinic(storage.store)
    const serving = await open(OTHER_ROOT_KEY, ROOT_KEY)
    const copies = rowsOf(storage.file, 'organization_keys')
    await rotateRoot(await open(OTHER_ROOT_KEY, ROOT_KEY))
    const intruder = new Intruder(storage.file)
    for (const row of copies) intruder.set('organization_keys', { id: row.id }, row)
    intruder.run('update root_keys set retired_at = null')
    intruder.close()
    expect(await refusal(serving.read(tx => tx.organizations.find(organization.id)))).toBe('tampered')
    expect(await refusal(open(OTHER_ROOT_KEY, ROOT_KEY))).toBe('tampered')
    expect(await refusal(open(ROOT_KEY))).toBe('tampered')
  })

  test('takes the names of retired keys along', async () => {
    const { organization } = await clinic(storage.store)
    await rotate(storage.store, organization.id)
    await rotateRoot(await open(OTHER_ROOT_KEY, ROOT_KEY))
    const alone = await open(OTHER_ROOT_KEY)
    const keys = await alone.read(tx => tx.keys.list(organization.id))
    expect(keys.map(({ epoch, retiredAt }) => ({ epoch, retiredAt }))).toEqual([
      { epoch: 1, retiredAt: NEW_YEAR },
      { epoch: 2, retiredAt: null },
    ])
  })

  test('is not rotated when no other is set', async () => {
    const steps: number[] = []
    const rotated = await rotateRoot(storage.store, course({ progress: done => steps.push(done) }))
    expect(rotated).toMatchObject({ retired: [], rewrapped: 0 })
    expect(rowsOf(storage.file, 'root_keys')).toHaveLength(1)
  })
})
