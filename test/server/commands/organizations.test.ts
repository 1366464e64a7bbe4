import { describe, expect, test } from 'vitest'
import { hashToken } from '../../../server/sign-in/token.ts'
import { atATerminal } from './at-a-terminal.ts'
import { inside } from './inside.ts'

const actions = (env: Record<string, string>) =>
  inside(env, async store => (await store.read(tx => tx.trail.entries(0, 100))).map(({ action, object }) => [action, object]))

async function withClinic() {
  const terminal = await atATerminal()
  const organization = await terminal.answer('organization', 'create', '--name', 'North Clinic')
  return { ...terminal, organization: organization.id! }
}

describe('organizations', () => {
  test('the first command on a new machine makes the database and the organization, with an entry in the trail', async () => {
    const { env, answer } = await atATerminal()
    const { id, name } = await answer(
      'organization',
      'create',
      '--name',
      'North Clinic',
      '--phone',
      '+1 555 0100',
      '--named-in-notices',
    )
    expect(id).toMatch(/^org_/)
    expect(name).toBe('North Clinic')
    expect(await inside(env, store => store.read(tx => tx.organizations.find(id!)))).toMatchObject({
      name: 'North Clinic',
      phone: '+1 555 0100',
      timeZone: 'UTC',
      namedInNotices: true,
    })
    expect(await actions(env)).toEqual([['organization.created', id]])
  })

  test('who names no zone is told by which clock patients will read', async () => {
    const { portal } = await atATerminal()
    const create = (...more: string[]) => portal('organization', 'create', '--name', 'North Clinic', ...more)
    expect(await create()).toMatchObject({ code: 0, err: expect.stringContaining('every date in UTC') })
    expect(await create('--time-zone', 'America/Denver')).toMatchObject({ code: 0, err: '' })
  })

  test('it may promise an answer within working days, and nothing that is none', async () => {
    const { env, answer, portal } = await atATerminal()
    const { id } = await answer('organization', 'create', '--name', 'North Clinic', '--answers-within', '2')
    expect(await inside(env, store => store.read(tx => tx.organizations.find(id!)))).toMatchObject({ answersWithinDays: 2 })
    for (const days of ['0', '31', '1.5', 'soon'])
      expect(await portal('organization', 'create', '--name', 'South', '--answers-within', days), days).toMatchObject({ code: 2 })
  })

  test('what it promises, its telephone and its zone can be changed later; what is not named stays, and the trail tells of it', async () => {
    const { env, answer, portal } = await atATerminal()
    const { id } = await answer('organization', 'create', '--name', 'North Clinic', '--phone', '+1 555 0100')
    const change = (...more: string[]) => portal('organization', 'change', '--organization', id!, ...more)
    const now = () => inside(env, store => store.read(tx => tx.organizations.find(id!)))
    const said = await answer('organization', 'change', '--organization', id!, '--answers-within', '2')
    expect(said).toMatchObject({ id, name: 'North Clinic', answersWithinDays: 2 })
    expect(await now()).toMatchObject({ name: 'North Clinic', phone: '+1 555 0100', timeZone: 'UTC', answersWithinDays: 2 })
    expect(await change('--answers-within', 'none', '--time-zone', 'America/Chicago', '--phone', 'none')).toMatchObject({
      code: 0,
    })
    expect(await now()).toMatchObject({ phone: '', timeZone: 'America/Chicago', answersWithinDays: null })
    expect(await actions(env)).toEqual([
      ['organization.created', id],
      ['organization.changed', id],
      ['organization.changed', id],
    ])
  })

  test.each([
    ['nothing', []],
    ['no number of days', ['--answers-within', '0']],
    ['no zone', ['--time-zone', 'Nowhere']],
    ['a forged line', ['--phone', '1\nBcc: all']],
  ])('a change to %s is refused, and nothing is changed', async (_what, more) => {
    const { env, portal, organization } = await withClinic()
    expect(await portal('organization', 'change', '--organization', organization, ...more)).toMatchObject({ code: 2, out: '' })
    expect(await actions(env)).toEqual([['organization.created', organization]])
  })

  test('an organization that is not there cannot be changed', async () => {
    const { portal } = await withClinic()
    expect(await portal('organization', 'change', '--organization', 'org_none', '--phone', '1')).toMatchObject({
      code: 1,
      out: '',
    })
  })

  test('a name that could forge a line is refused, and nothing is kept', async () => {
    const { env, portal } = await atATerminal()
    expect(await portal('organization', 'create', '--name', 'North\nBcc: all')).toMatchObject({ code: 2, out: '' })
    expect(await actions(env)).toEqual([])
  })
})

describe('clients', () => {
  test('get credentials that are shown once: only their hashes are kept', async () => {
    const { env, answer, organization } = await withClinic()
    const { id, apiKey, secret } = await answer(
      'client',
      'create',
      '--organization',
      organization,
      '--name',
      'Records',
      '--scopes',
      'deposit,read',
    )
    const [client, secretHash] = await inside(env, store =>
      store.read(async tx => [await tx.clients.findByApiKeyHash(hashToken(apiKey!)), await tx.clients.secretHash(id!)] as const),
    )
    expect(client).toMatchObject({ id, organization, name: 'Records', scopes: ['deposit', 'read'], revokedAt: null })
    expect(secretHash).toBe(hashToken(secret!))
    expect(await actions(env)).toContainEqual(['client.created', id])
  })

  test('of an organization that is not there cannot be made', async () => {
    const { portal } = await atATerminal()
    await portal('migrate')
    const said = await portal('client', 'create', '--organization', 'org_x', '--name', 'Records')
    expect(said).toMatchObject({ code: 1, out: '', err: 'portal client create: There is no such organization.\n' })
  })

  test('get new credentials, and the old ones are worth nothing', async () => {
    const { env, answer, organization } = await withClinic()
    const old = await answer('client', 'create', '--organization', organization, '--name', 'Records')
    const fresh = await answer('client', 'rotate', old.id!)
    const find = (key: string) => inside(env, store => store.read(tx => tx.clients.findByApiKeyHash(hashToken(key))))
    expect(await find(old.apiKey!)).toBeNull()
    expect(await find(fresh.apiKey!)).toMatchObject({ id: old.id })
    expect(await actions(env)).toContainEqual(['client.rotated', old.id])
  })

  test('are shut out for good', async () => {
    const { env, answer, portal, organization } = await withClinic()
    const { id } = await answer('client', 'create', '--organization', organization, '--name', 'Records')
    await answer('client', 'revoke', id!)
    expect(await portal('client', 'revoke', id!)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no such client'),
    })
    expect(await portal('client', 'rotate', id!)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no such client'),
    })
    expect((await actions(env)).filter(([action]) => action === 'client.revoked')).toEqual([['client.revoked', id]])
  })

  test('are listed, of one organization or of all, without anything secret', async () => {
    const { answer, portal, organization } = await withClinic()
    const { id: other } = await answer('organization', 'create', '--name', 'South Clinic')
    const records = await answer('client', 'create', '--organization', organization, '--name', 'Records')
    await answer('client', 'create', '--organization', other!, '--name', 'Gateway')
    const list = await answer<{ name: string }[]>('client', 'list')
    expect(list.map(({ name }) => name).sort()).toEqual(['Gateway', 'Records'])
    expect(await answer('client', 'list', '--organization', organization)).toEqual([
      expect.objectContaining({ id: records.id, organization, createdAt: '2026-01-01T00:00:00.000Z', revokedAt: null }),
    ])
    const { out } = await portal('client', 'list')
    expect(out).not.toContain(records.apiKey)
    expect(out).not.toContain(records.secret)
  })
})

describe('staff', () => {
  test('are invited by a link that is also in a letter to them', async () => {
    const { env, answer, organization } = await withClinic()
    const person = ['--email', 'cole@example.com', '--name', 'Dr. Cole', '--role', 'provider']
    const { id, link } = await answer('staff', 'invite', '--organization', organization, ...person)
    expect(link).toMatch(/^http:\/\/localhost:3000\/invitation\/[\w-]{43}$/)
    expect(await inside(env, store => store.read(tx => tx.staff.find(id!)))).toMatchObject({ name: 'Dr. Cole', role: 'provider' })
    expect(await actions(env)).toContainEqual(['staff.invited', id])
    const letters = await inside(env, store =>
      store.transaction(tx => tx.outbox.claim(Date.UTC(2027, 0, 1), Date.UTC(2027, 0, 2), 10)),
    )
    expect(letters).toEqual([
      expect.objectContaining({ kind: 'invitation', content: expect.objectContaining({ to: 'cole@example.com' }) }),
    ])
  })
})
