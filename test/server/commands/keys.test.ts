import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateRootKey } from '../../../storage/index.ts'
import { atATerminal } from './at-a-terminal.ts'
import { inside } from './inside.ts'

interface Listed {
  rootKeys: { id: string; retiredAt: string | null; isSet: boolean }[]
  keys: { id: string; organization: string; epoch: number; retiredAt: string | null; dataKeys: number }[]
}

describe('portal keys', () => {
  test('rotate replaces the wrapping key of one organization, and list tells the epochs', async () => {
    const { answer, portal } = await atATerminal()
    const { id } = await answer('organization', 'create', '--name', 'North Clinic')
    const before = (await answer<Listed>('keys', 'list', '--organization', id!)).keys
    expect(before).toMatchObject([{ organization: id, epoch: 1, retiredAt: null, dataKeys: 1 }])

    const rotated = await answer('keys', 'rotate', '--organization', id!)
    expect(rotated).toMatchObject({ rewrapped: 1, damaged: [], resumed: false })
    const { keys } = await answer<Listed>('keys', 'list', '--organization', id!)
    expect(keys).toMatchObject([
      { id: before[0]!.id, epoch: 1, retiredAt: '2026-01-01T00:00:00.000Z', dataKeys: 0 },
      { epoch: 2, retiredAt: null, dataKeys: 1 },
    ])
    expect((await portal('keys', 'rotate', '--organization', id!)).out).toMatch(/1 data key wrapped anew/)
    expect((await portal('keys', 'list')).out).toMatch(/epoch 3 since/)
  })

  test('rotate wants exactly one thing named, and an organization that is there', async () => {
    const { answer, portal } = await atATerminal()
    await answer('organization', 'create', '--name', 'North Clinic')
    for (const words of [[], ['--all', '--root'], ['--all', '--organization', 'org_x']]) {
      const { code, err } = await portal('keys', 'rotate', ...words)
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('Say what is to be rotated') })
    }
    expect(await portal('keys', 'rotate', '--organization', 'org_x')).toMatchObject({ code: 1 })
  })

  test('rotate --all says what it did to whom, and shows how far it is', async () => {
    const { answer, portal } = await atATerminal()
    for (const name of ['North Clinic', 'South Clinic']) await answer('organization', 'create', '--name', name)
    const { code, out, steps } = await portal('keys', 'rotate', '--all')
    expect(code).toBe(0)
    expect(out.match(/everything new is under/g)).toHaveLength(3)
    expect(steps).toBeGreaterThan(0)
  })

  test('rotate that is stopped says so, ends with 1, and goes on when it is run again; until then doctor tells', async () => {
    const { answer, portal, interrupt } = await atATerminal()
    const { id } = await answer('organization', 'create', '--name', 'North Clinic')
    interrupt(1)
    const stopped = await portal('keys', 'rotate', '--organization', id!)
    expect(stopped).toMatchObject({ code: 1, err: expect.stringMatching(/Nothing is lost; run the same again/) })
    expect((await portal('doctor')).out).toMatch(
      new RegExp(`note +keys +The rotation of the wrapping key of ${id} has not ended`),
    )

    expect(await answer('keys', 'rotate', '--organization', id!)).toMatchObject({ resumed: true })
    expect((await portal('doctor')).out).not.toMatch(/has not ended/)
  })

  test('rotate --root in production: both keys are set, then the old one is refused', async () => {
    const [old, next] = [generateRootKey(), generateRootKey()]
    const { answer, portal, env } = await atATerminal({ PORTAL_ROOT_KEY: old })
    await answer('organization', 'create', '--name', 'North Clinic')
    // Nothing happens by accident: without another key there is nothing to do.
    expect(await answer('keys', 'rotate', '--root')).toMatchObject({ retired: [], rewrapped: 0 })

    Object.assign(env, { PORTAL_ROOT_KEY: next, PORTAL_ROOT_KEY_PREVIOUS: old })
    const { rootKey } = await answer('keys', 'rotate', '--root')
    const { rootKeys } = await answer<Listed>('keys', 'list')
    expect(rootKeys).toMatchObject([
      { isSet: false, retiredAt: '2026-01-01T00:00:00.000Z' },
      { id: rootKey, isSet: true, retiredAt: null },
    ])
    delete env.PORTAL_ROOT_KEY_PREVIOUS
    expect(await inside(env, store => store.read(tx => tx.organizations.list()))).toMatchObject([{ name: 'North Clinic' }])

    env.PORTAL_ROOT_KEY = old
    const refused = await portal('keys', 'list')
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/root key root_\S+ was retired on 2026-01-01/) })
    expect((await portal('doctor')).out).toMatch(/wrong +database +The root key root_\S+ was retired/)
  })

  test('rotate --root in development generates the next key, also after it was stopped', async () => {
    const { answer, portal, env, interrupt } = await atATerminal()
    await answer('organization', 'create', '--name', 'North Clinic')
    const [before] = (await answer<Listed>('keys', 'list')).rootKeys
    interrupt(0)
    expect(await portal('keys', 'rotate', '--root')).toMatchObject({ code: 1 })
    expect(await inside(env, store => store.read(tx => tx.organizations.list()))).toHaveLength(1)
    expect((await portal('doctor')).out).toMatch(
      /The rotation of the root key \S+ has not ended: run `portal keys rotate --root`/,
    )

    expect(await answer('keys', 'rotate', '--root')).toMatchObject({ retired: [before!.id] })
    expect(existsSync(join(env.PORTAL_DATA!, 'root.key.next'))).toBe(false)
    expect(await inside(env, store => store.read(tx => tx.organizations.list()))).toHaveLength(1)
    expect((await portal('doctor')).out).not.toMatch(/has not ended/)
  })
})
