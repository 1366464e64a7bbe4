import { existsSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { program } from '../../../server/commands/program.ts'
import { atATerminal } from './at-a-terminal.ts'

interface Group {
  subCommands?: Record<string, () => Promise<Group>>
  args?: Record<string, { description?: string }>
  meta?: { description?: string }
}

/** Every command there is, by the words that name it. */
async function commands(group: Group, words: string[] = []): Promise<{ words: string[]; command: Group }[]> {
  if (group.subCommands === undefined) return [{ words, command: group }]
  const below = Object.entries(group.subCommands).map(async ([word, load]) => commands(await load(), [...words, word]))
  return (await Promise.all(below)).flat()
}
const all = await commands(program as Group)

describe.each(all.map(({ words, command }) => ({ name: words.join(' '), words, command })))(
  'portal $name',
  ({ words, command }) => {
    test('explains itself and each of its options, and touches nothing while it does', async () => {
      const { portal, env } = await atATerminal({ PORT: 'not a port' })
      const { code, out, err } = await portal(...words, '--help')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain(`USAGE portal ${words.join(' ')}`)
      expect(out).toContain(command.meta!.description)
      for (const { description } of Object.values(command.args ?? {})) expect(out).toContain(description)
      expect(existsSync(env.PORTAL_DATA!)).toBe(false)
    })

    test('refuses an option it does not have', async () => {
      const { portal, env } = await atATerminal()
      const { code, out, err } = await portal(...words, '--colour', 'blue')
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toBe(`portal ${words.join(' ')}: Unknown option '--colour'. See portal ${words.join(' ')} --help.\n`)
      expect(existsSync(env.PORTAL_DATA!)).toBe(false)
    })
  },
)

describe('used wrongly, it says how and ends with 2', () => {
  test.each([
    [
      '',
      'portal: Say which: serve, migrate, seed, organization, client, staff, sign-in, audit, keys, hold, retention, backup, restore, doctor. See portal --help.',
    ],
    ['dance', 'portal: There is no "dance". There are: serve, migrate,'],
    ['audit', 'portal audit: Say which: key, checkpoint, export, verify.'],
    ['audit dance', 'portal audit: There is no "dance".'],
    ['audit toString', 'portal audit: There is no "toString".'],
    ['organization create', 'portal organization create: --name must be given.'],
    ['organization create --name', "portal organization create: Option '--name <value>' argument missing."],
    ['organization create --name=', 'portal organization create: --name has no value.'],
    ['organization create --name A --name B', '--name is given twice.'],
    ['organization create --name A B', '"B" is one word too many.'],
    ['organization create --name A --json=yes', "Option '--json' does not take an argument."],
    ['organization create --name A --time-zone Mars/Base', 'timeZone: Use a time zone by its IANA name'],
    ['client create --name A', '--organization must be given.'],
    [
      'client create --name A --organization org_1 --scopes deposit,fly',
      '"fly" is no scope; there are deposit, read, retract, replies.',
    ],
    ['client rotate', 'ID must be given.'],
    [
      'staff invite --organization org_1 --email cole@example.com --role boss',
      '--role must be one of: provider, compliance, administrator.',
    ],
    ['sign-in', 'portal sign-in: Say which: reopen, claim-code.'],
    ['sign-in reopen', '--organization and --email must be given.'],
    ['sign-in claim-code', '--organization and --recipient must be given.'],
    ['audit export', 'DIR must be given.'],
    ['audit verify', '--key must be given.'],
    ['audit verify /nowhere --key k', 'There is no folder /nowhere.'],
    ['audit verify . --key k', 'There is no file k, and it is not a key either.'],
    ['audit verify . --key portal+k', 'This is not a verifier key'],
  ])('portal %s', async (line, sentence) => {
    const { portal } = await atATerminal()
    const { code, out, err } = await portal(...line.split(' ').filter(word => word !== ''))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(sentence)
    expect(err.trimEnd()).not.toContain('\n')
  })
})

test.each(['staff invite --organization org_1 --email cole --role provider', 'sign-in reopen --organization org_1 --email ada'])(
  'portal %s: what is no address is wrong use, too',
  async line => {
    const { portal } = await atATerminal()
    await portal('migrate')
    expect(await portal(...line.split(' '))).toMatchObject({
      code: 2,
      err: expect.stringContaining('Give one plain e-mail address'),
    })
  },
)

const WITHOUT_PORTAL = new Set([
  'serve',
  'migrate',
  'seed',
  'organization create',
  'audit verify',
  'backup keygen',
  'backup verify',
  'restore',
  'doctor',
  'keys wrap-root',
])
const ARGUMENTS: Record<string, string> = {
  'organization change': '--organization org_1 --phone 5550100',
  'client create': '--organization org_1 --name Records',
  'client rotate': 'cli_1',
  'client revoke': 'cli_1',
  'staff invite': '--organization org_1 --email cole@example.com --role provider',
  'sign-in reopen': '--organization org_1 --email ada@example.com',
  'sign-in claim-code': '--organization org_1 --recipient ada@example.com',
  'audit export': 'trail',
  'keys rotate': '--all',
  'hold place': '--organization org_1 --reason inquiry',
  'hold release': 'hld_1',
  'hold list': '--organization org_1',
  backup: 'one --keys-to keys --recipient line',
}

// A group that is a command itself is none of the list's.
test.each([...all.map(({ words }) => words.join(' ')).filter(name => !WITHOUT_PORTAL.has(name)), 'backup'])(
  'portal %s is refused where there is no portal, and makes none',
  async name => {
    const { portal, env } = await atATerminal()
    const { code, err } = await portal(...`${name} ${ARGUMENTS[name] ?? ''}`.trim().split(' '))
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/There is no portal in \S+portal\.db yet\. Are PORTAL_DATA and DATABASE_URL/),
    })
    expect(existsSync(env.PORTAL_DATA!)).toBe(false)
  },
)

test('what fails is told in one line, and ends with 1', async () => {
  const { portal } = await atATerminal({ PORT: 'x', PORTAL_ENV: 'y' })
  expect(await portal('audit', 'key')).toMatchObject({
    code: 1,
    out: '',
    err: 'portal audit key: The settings cannot be used: PORTAL_ENV must be one of: development, production; PORT must be a port, 0 to 65535.\n',
  })
})

test('a port that is taken is told of in a sentence, and nothing is opened', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const { portal, env } = await atATerminal({ PORT: String(port) })
  expect(await portal('serve')).toMatchObject({
    code: 1,
    out: '',
    err: `portal serve: Port ${port} is taken by another program: set PORT to one that is free.\n`,
  })
  expect(existsSync(env.PORTAL_DATA!)).toBe(false)
})

test('a portal in production is not filled with invented patients', async () => {
  const { portal } = await atATerminal({
    PORTAL_ENV: 'production',
    PORTAL_ORIGIN: 'https://portal.example',
    PORTAL_ROOT_KEY: Buffer.alloc(32, 7).toString('base64url'),
    SMTP_URL: 'smtp://mail.example',
  })
  expect(await portal('seed')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Invented patients do not belong in production'),
  })
})

test('a development portal is filled once; asked again, the same people are told', async () => {
  const { portal, answer } = await atATerminal()
  const first = await answer<{ people: { address: string }[] }>('seed')
  expect(first.people.map(({ address }) => address)).toContain('ada@example.com')
  expect(await answer('seed')).toEqual(first)
  expect((await portal('seed')).out).toContain('ada@example.com  patient')
})

test('a portal that is in use is not filled', async () => {
  const { portal, answer } = await atATerminal()
  await answer('organization', 'create', '--name', 'North Clinic')
  expect(await portal('seed')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('The database is not empty') })
})
